"""What decoders say by themselves, and what is left after SIGTERM."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from tfcoseg.cli import codecs
from tfcoseg.cli.codecs import read_image_quietly


@pytest.fixture
def said(monkeypatch):
    """A function that makes reading say something on stderr, as libtiff does."""

    def say(text, error=None):
        def read(source):
            os.write(2, text.encode())
            if error:
                raise error
            return np.zeros((2, 3, 3), np.uint8)

        monkeypatch.setattr(codecs, "read_image", read)

    return say


def test_of_a_picture_that_is_read_nothing_is_told(said, capfd):
    said("TIFFReadDirectory: Warning, odd.\n" * 5000)  # more than a pipe holds
    assert read_image_quietly("a.tif").shape == (2, 3, 3)
    os.write(2, b"mine\n")
    assert capfd.readouterr().err == "mine\n"


def test_it_is_part_of_the_error(said, capfd):
    said("tempfile.tif: odd.\ntempfile.tif: odd.\nworse", ValueError("a.tif: broken"))
    with pytest.raises(ValueError) as caught:
        read_image_quietly("a.tif")
    assert str(caught.value) == "a.tif: broken (tempfile.tif: odd.; worse)"
    assert capfd.readouterr().err == ""


def test_a_damaged_tiff(tmp_path, capfd):
    path = tmp_path / "a.tif"
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(path, compression="tiff_lzw")
    content = bytearray(path.read_bytes())
    content[200:4000] = bytes(3800)
    path.write_bytes(content)
    with pytest.raises(ValueError, match="a.tif"):
        read_image_quietly(path)
    assert capfd.readouterr().err == ""


@pytest.mark.skipif(not hasattr(signal, "SIGTERM") or os.name == "nt", reason="POSIX")
def test_sigterm_leaves_no_temporary_files(tmp_path):
    """While a copy of standard input is there."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    picture = tmp_path / "a.png"
    Image.new("RGB", (40, 40)).save(picture)
    code = (
        "import sys, time\n"
        "from tfcoseg.cli import segment\n"
        "from tfcoseg.cli.main import main\n"
        "def wait(*_): print('here', flush=True), time.sleep(60)\n"
        "segment.segment_to_pipe = wait\n"
        "sys.exit(main(['segment', '-', sys.argv[1], '--output', '-']))\n"
    )
    with open(picture, "rb") as stdin:
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(picture)],
            stdin=stdin,
            stdout=subprocess.PIPE,
            env=os.environ | {"TMPDIR": str(temporary)},
        )
    assert process.stdout.readline() == b"here\n"
    assert len(list(temporary.iterdir())) == 1
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 143
    process.stdout.close()
    assert list(temporary.iterdir()) == []
