"""`tfcoseg segment` with every kind of picture."""

import numpy as np
import pytest
from PIL import Image

from tfcoseg.cli.main import main


def segment(*args):
    return main(["segment", *map(str, args)])


def mask_of(folder, stem):
    with Image.open(folder / f"{stem}_mask.png") as mask:
        return np.asarray(mask)


@pytest.fixture
def good(tmp_path, square):
    return square(tmp_path / "good.png")


def bright_left(mode):
    """A picture, 60 x 40, whose left half is bright, in one of Pillow's modes."""
    grey = np.zeros((40, 60), np.uint8)
    grey[:, :30] = 255
    if mode == "I;16":
        return Image.fromarray(grey.astype(np.uint16) << 8)
    if mode == "LA":
        return Image.merge("LA", [Image.fromarray(grey), Image.new("L", (60, 40), 90)])
    return Image.fromarray(grey).convert("RGB").convert(mode)


@pytest.mark.parametrize(
    "mode, ending",
    [
        ("1", "png"),
        ("L", "jpg"),
        ("LA", "png"),
        ("RGB", "bmp"),
        ("RGBA", "png"),
        ("P", "gif"),
        ("P", "png"),
        ("I;16", "png"),
        ("CMYK", "jpg"),
        ("RGB", "webp"),
    ],
)
def test_pictures_of_every_kind(mode, ending, tmp_path, good, brightness, capsys):
    bright_left(mode).save(tmp_path / f"odd.{ending}")
    assert segment(tmp_path / f"odd.{ending}", good, "--output", tmp_path / "out") == 0
    mask = mask_of(tmp_path / "out", "odd")
    assert mask.shape == (40, 60)
    assert (mask[:, :28] == 255).all() and not mask[:, 32:].any()
    assert capsys.readouterr().err == ""


def test_the_mask_is_as_the_picture_is_meant_to_be_seen(tmp_path, good, brightness):
    image = bright_left("RGB")
    exif = image.getexif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise: left becomes top
    image.save(tmp_path / "turned.jpg", exif=exif)
    segment(tmp_path / "turned.jpg", good, "--output", tmp_path / "out", "--cutout")
    mask = mask_of(tmp_path / "out", "turned")
    assert mask.shape == (60, 40)
    assert (mask[:28] == 255).all() and not mask[32:].any()
    with Image.open(tmp_path / "out" / "turned_cutout.png") as cutout:
        assert cutout.size == (40, 60)


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (3, 2)])
def test_pictures_of_hardly_any_pixels_work(size, tmp_path, good, brightness):
    Image.new("RGB", size, "white").save(tmp_path / "tiny.png")
    assert segment(tmp_path / "tiny.png", good, "--output", tmp_path / "out") == 0
    mask = mask_of(tmp_path / "out", "tiny")
    assert mask.shape == size[::-1] and (mask == 255).all()
