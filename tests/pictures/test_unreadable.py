"""What is no picture, or too much of one."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from tfcoseg.pictures import read_image, read_mask, read_size
from tfcoseg.signature import MAX_PIXELS


def test_missing_file(tmp_path):
    for read in (read_image, read_mask, read_size):
        with pytest.raises(FileNotFoundError, match="nowhere.png"):
            read(tmp_path / "nowhere.png")


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\xff\xd8\xff\xe0"])
def test_text_named_jpg(tmp_path, content):
    path = tmp_path / "text.jpg"
    path.write_bytes(content)
    for read in (read_image, read_mask, read_size):
        with pytest.raises(ValueError, match="readable.*text.jpg") as caught:
            read(path)
        assert "<_io" not in str(caught.value)


@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_truncated(suffix, saved):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    path = saved(noise, f"half.{suffix}")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ValueError, match=f"half.{suffix}"):
        read_image(path)


def test_truncated_pil_image(saved):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    path = saved(noise, "half.jpg")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with Image.open(path) as opened:
        with pytest.raises(ValueError, match="a PIL image"):
            read_image(opened)


def test_folder(tmp_path):
    with pytest.raises(ValueError, match="readable"):
        read_image(tmp_path)


# Above Pillow's own limit, and between its limit and ours.
@pytest.mark.parametrize("side", [20_000, 10_001])
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_header_of_too_many_pixels(tmp_path, side, png_header):
    assert side**2 > MAX_PIXELS
    path = tmp_path / "bomb.png"
    path.write_bytes(png_header(side, side))
    for read in (read_image, read_mask, read_size):
        with pytest.raises(ValueError, match="bomb.png"):
            read(path)


# Not `resource.getrusage`: its peak is at least that of the process that forked.
@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is in procfs")
def test_twelve_megapixels_in_less_than_two_gigabytes(saved):
    path = saved(Image.new("RGBA", (4000, 3000)), "large.png")
    code = (
        "import sys; from tfcoseg import pictures as p\n"
        "small = p.resize_image(p.read_image(sys.argv[1]), (385, 385))\n"
        "mask = p.resize_soft_mask(small[..., 0].astype('float32'), (3000, 4000))\n"
        "peak, = [x for x in open('/proc/self/status') if 'VmHWM' in x]\n"
        "print(peak.split()[1])"
    )
    out = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, check=True
    )
    assert int(out.stdout) < 0.5e6  # kilobytes: leaves the rest to the network
