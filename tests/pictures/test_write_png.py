"""Pictures that are written come back as they were."""

import os

import numpy as np
import pytest
from PIL import Image

from tfcoseg.pictures import read_image, write_png


def test_array_and_pil_image_come_back(tmp_path, pixels):
    write_png(tmp_path / "a.png", pixels)
    write_png(tmp_path / "b.png", Image.fromarray(pixels))
    for name in ("a.png", "b.png"):
        np.testing.assert_array_equal(read_image(tmp_path / name), pixels)
    assert sorted(os.listdir(tmp_path)) == ["a.png", "b.png"]


@pytest.mark.parametrize("channels", [(), (3,), (4,)])
def test_mode_and_values_stay(tmp_path, channels):
    array = np.random.default_rng(0).integers(0, 256, (9, 7, *channels), np.uint8)
    write_png(tmp_path / "a.png", array)
    with Image.open(tmp_path / "a.png") as image:
        assert image.format == "PNG"
        assert image.mode == {(): "L", (3,): "RGB", (4,): "RGBA"}[channels]
        np.testing.assert_array_equal(np.asarray(image), array)


def test_photographs_are_compressed_fast_and_masks_well(tmp_path, monkeypatch):
    levels = []
    save = Image.Image.save

    def watch(image, *args, compress_level=None):
        levels.append(compress_level)
        save(image, *args)

    monkeypatch.setattr(Image.Image, "save", watch)
    for number, mode in enumerate(("L", "RGB", "RGBA")):
        write_png(tmp_path / f"{number}.png", Image.new(mode, (2, 2)))
    assert levels == [None, 3, 3]


def test_existing_file_is_kept(tmp_path, pixels):
    path = tmp_path / "a.png"
    path.write_text("mine")
    with pytest.raises(FileExistsError, match="a.png.*--overwrite"):
        write_png(path, pixels)
    assert path.read_text() == "mine"
    write_png(path, pixels, overwrite=True)
    np.testing.assert_array_equal(read_image(path), pixels)
