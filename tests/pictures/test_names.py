"""Which files of a folder are taken for pictures."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tfcoseg.pictures import is_picture_name, picture_suffixes, read_image


def test_all_that_pillow_writes_and_reads_is_on_the_list(tmp_path):
    """Each by its own ending, where what is written can be read again."""
    image = Image.fromarray(np.arange(64 * 64, dtype=np.uint8).reshape(64, 64))
    seen = set()
    for suffix in Image.registered_extensions():
        path = tmp_path / f"a{suffix}"
        try:
            image.convert("RGB").save(path)
            read_image(path)
        except Exception:
            continue
        seen.add(suffix)
        assert is_picture_name(path), suffix
    assert {".jfif", ".jpe", ".gif", ".ppm", ".tif", ".webp"} <= seen


def test_what_needs_a_plugin_is_a_picture_too():
    for name in ("a.heic", "A.HEIF", "a.heics", "a.heifs", "a.avif", "a.jxl"):
        assert is_picture_name(Path(name))


def test_what_is_no_photograph_is_none():
    others = {".h5", ".hdf", ".pdf", ".mpg", ".eps", ".txt", ".json", ".csv", ""}
    assert not others & set(picture_suffixes())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "TIFF", "WEBP", "BMP"])
def test_without_an_ending_the_first_bytes_tell(kind, tmp_path):
    path = tmp_path / "download"
    Image.new("RGB", (8, 8)).save(path, kind)
    assert is_picture_name(path)
    path.write_bytes(b"Dear all, " + path.read_bytes())
    assert not is_picture_name(path)


def test_without_an_ending_a_phones_too(tmp_path):
    (tmp_path / "IMG_1").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1")
    assert is_picture_name(tmp_path / "IMG_1")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_neither_pipes_nor_hidden_files(tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    (tmp_path / "link.png").symlink_to("a.png")
    (tmp_path / "circle.png").symlink_to("circle.png")
    (tmp_path / "folder.png").mkdir()
    os.mkfifo(tmp_path / "pipe.png")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / ".hidden.png").write_bytes((tmp_path / "a.png").read_bytes())
    found = {path.name for path in tmp_path.iterdir() if is_picture_name(path)}
    # What leads nowhere, or is a folder, looks like a picture, and is named as one.
    assert found == {"a.png", "link.png", "circle.png", "folder.png"}
