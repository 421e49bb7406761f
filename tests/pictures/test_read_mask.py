"""Masks on disk, and the values they may hold."""

import numpy as np
import pytest
from PIL import Image

from tfcoseg.pictures import read_mask
from tfcoseg.signature import VOID

GREEN = (0, 255, 0)


@pytest.mark.parametrize("high", [1, 255])
def test_binary(high, saved):
    path = saved(np.array([[0, high, 0]], np.uint8), "m.png")
    mask = read_mask(path)
    assert mask.dtype == np.uint8
    np.testing.assert_array_equal(mask, [[0, 1, 0]])


@pytest.mark.parametrize("value, expected", [(0, 0), (1, 1), (255, 1)])
def test_of_one_value(value, expected, saved):
    path = saved(np.full((2, 2), value, np.uint8), "m.png")
    assert np.all(read_mask(path) == expected)


def test_one_bit(saved):
    path = saved(Image.fromarray(np.array([[False, True]])), "m.png")
    np.testing.assert_array_equal(read_mask(path), [[0, 1]])


def test_palette_is_read_as_indices(saved):
    image = Image.fromarray(np.array([[0, 1, 255]], np.uint8), "L").convert("P")
    image.putpalette([*GREEN, *GREEN] + [9] * 254 * 3)
    path = saved(image, "m.png")
    np.testing.assert_array_equal(read_mask(path, void_value=255), [[0, 1, VOID]])


@pytest.mark.parametrize(
    "values, void_value, expected",
    [
        ([0, 1, 255], 255, [0, 1, VOID]),
        ([0, 255, 255], 255, [0, VOID, VOID]),
        ([0, 255, 128], 128, [0, 1, VOID]),
        ([0, 1, 1], 255, [0, 1, 1]),
    ],
)
def test_void(values, void_value, expected, saved):
    path = saved(np.array([values], np.uint8), "m.png")
    np.testing.assert_array_equal(read_mask(path, void_value), [expected])


@pytest.mark.parametrize(
    "values, void_value",
    [([0, 1, 255], None), ([0, 254, 255], None), ([0, 2], None), ([1, 9], 255)],
)
def test_other_values_are_listed(values, void_value, saved):
    path = saved(np.array([values], np.uint8), "m.png")
    listed = str(values).replace("[", r"\[")
    with pytest.raises(ValueError, match=rf"void_value=255.*m\.png.*{listed}"):
        read_mask(path, void_value)


def test_many_other_values_are_abridged(saved):
    path = saved(np.arange(256, dtype=np.uint8)[None], "m.png")
    with pytest.raises(ValueError, match=r"18, 19\] and more"):
        read_mask(path)


def test_sixteen_bits(saved):
    path = saved(np.array([[0, 255]], np.uint16), "m.png")
    np.testing.assert_array_equal(read_mask(path), [[0, 1]])
    path = saved(np.array([[0, 65535]], np.uint16), "n.png")
    with pytest.raises(ValueError, match="65535"):
        read_mask(path)


def test_colours_are_refused(saved, pixels):
    path = saved(pixels, "m.png")
    with pytest.raises(ValueError, match="one channel.*m.png of mode RGB"):
        read_mask(path)


@pytest.mark.parametrize("void_value", [-1, 0, 1, 256])
def test_void_value_out_of_range(void_value, saved):
    path = saved(np.zeros((1, 1), np.uint8), "m.png")
    with pytest.raises(ValueError, match=f"void_value={void_value}"):
        read_mask(path, void_value)
