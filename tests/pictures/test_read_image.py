"""Every kind of picture, read as it is meant to be seen."""

import numpy as np
import pytest
from PIL import Image

from tfcoseg.pictures import read_image, read_size

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def test_path_pil_image_and_array_are_the_same_picture(saved, pixels):
    path = saved(pixels, "a.png")
    with Image.open(path) as opened:
        sources = [path, str(path), opened, Image.fromarray(pixels), pixels]
        for source in sources:
            picture = read_image(source)
            assert picture.dtype == np.uint8
            np.testing.assert_array_equal(picture, pixels)


def test_result_may_be_written_to_and_is_not_the_source(pixels):
    source = pixels.copy()
    read_image(source)[:] = 7
    np.testing.assert_array_equal(source, pixels)


def test_grey_is_repeated(saved):
    grey = np.array([[0, 100, 255]], np.uint8)
    expected = np.stack([grey] * 3, axis=-1)
    for source in (saved(grey, "a.png"), grey, grey[..., None]):
        np.testing.assert_array_equal(read_image(source), expected)


def test_one_bit_picture_is_black_and_white(saved):
    path = saved(Image.fromarray(np.array([[False, True]])), "a.png")
    np.testing.assert_array_equal(read_image(path), [[[0] * 3, [255] * 3]])


@pytest.mark.parametrize("alpha", [0, 128])
def test_alpha_is_dropped(alpha, saved, pixels):
    rgba = np.dstack([pixels, np.full((2, 3), alpha, np.uint8)])
    for source in (saved(rgba, "a.png"), rgba):
        np.testing.assert_array_equal(read_image(source), pixels)


def test_alpha_of_grey_is_dropped(saved):
    image = Image.merge("LA", [Image.new("L", (2, 1), 90), Image.new("L", (2, 1))])
    assert np.all(read_image(saved(image, "a.png")) == 90)


@pytest.mark.parametrize("transparency", [None, 0, bytes([0, 128, 255])])
def test_palette_gives_its_colours(transparency, saved):
    image = Image.fromarray(np.array([[0, 1, 2]], np.uint8), "L")
    image = image.convert("P")
    image.putpalette([*RED, *GREEN, *BLUE])
    options = {} if transparency is None else {"transparency": transparency}
    path = saved(image, "a.png", **options)
    np.testing.assert_array_equal(read_image(path), [[RED, GREEN, BLUE]])


def test_cmyk(saved):
    image = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    picture = read_image(saved(image, "a.jpg", quality=95))
    assert picture.shape == (16, 16, 3)
    assert np.abs(picture.astype(int) - RED).max() <= 3


def test_sixteen_bits_keep_the_high_byte(saved):
    deep = np.array([[0, 255, 256, 0x7FFF, 0xFFFF]], np.uint16)
    path = saved(deep, "a.png")
    expected = np.stack([[[0, 0, 1, 0x7F, 0xFF]]] * 3, axis=-1)
    np.testing.assert_array_equal(read_image(path), expected)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_honoured(orientation, saved, pixels):
    # How a stored picture has to be turned to be seen upright, from the EXIF
    # specification: where row 0 and column 0 of the stored picture belong.
    upright = {
        1: lambda x: x,
        2: lambda x: x[:, ::-1],
        3: lambda x: x[::-1, ::-1],
        4: lambda x: x[::-1],
        5: lambda x: x.transpose(1, 0, 2),
        6: lambda x: x[::-1].transpose(1, 0, 2),
        7: lambda x: x[::-1, ::-1].transpose(1, 0, 2),
        8: lambda x: x[:, ::-1].transpose(1, 0, 2),
    }[orientation](pixels)
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = saved(pixels, "a.png", exif=exif)
    np.testing.assert_array_equal(read_image(path), upright)
    assert read_size(path) == upright.shape[:2]
    with Image.open(path) as opened:
        np.testing.assert_array_equal(read_image(opened), upright)
    jpeg = saved(pixels, "a.jpg", exif=exif)
    assert read_image(jpeg).shape == upright.shape
    assert read_size(jpeg) == upright.shape[:2]


def test_one_pixel(saved, pixels):
    path = saved(pixels[:1, :1], "a.png")
    np.testing.assert_array_equal(read_image(path), [[RED]])


@pytest.mark.parametrize("dtype", ["int64", "uint16", "float32", "float64"])
def test_number_types(dtype, pixels):
    np.testing.assert_array_equal(read_image(pixels.astype(dtype)), pixels)


def test_floats_are_rounded():
    picture = read_image(np.array([[0.4, 1.6, 254.7]]))
    np.testing.assert_array_equal(picture[0, :, 0], [0, 2, 255])


@pytest.mark.parametrize(
    "array",
    [
        np.array([[1.0, np.nan]]),
        np.array([[1.0, np.inf]]),
        np.array([[-1]]),
        np.array([[256]]),
        np.array([[0.0, 0.5]]),
    ],
    ids=["nan", "infinite", "negative", "too great", "fractions"],
)
def test_values_that_do_not_fit(array):
    with pytest.raises(ValueError, match=r"0\.\.255.*Received"):
        read_image(array)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros(3),
        np.zeros((2, 2, 2)),
        np.zeros((1, 2, 2, 3)),
        np.zeros((0, 2, 3)),
        np.zeros((2, 2), bool),
        np.array([["a"]]),
    ],
    ids=["1-d", "2 channels", "batch", "empty", "bool", "text"],
)
def test_arrays_that_do_not_fit(array):
    with pytest.raises(ValueError, match="one picture.*Received"):
        read_image(array)


def test_black_floats_are_a_black_picture():
    assert read_image(np.zeros((2, 2))).max() == 0


@pytest.mark.parametrize("source", [None, 3, b"bytes", [[0]]])
def test_other_types(source):
    with pytest.raises(TypeError, match="path, a PIL image or an array.*Received"):
        read_image(source)


def test_decodes_nothing(tmp_path, png_header):
    path = tmp_path / "a.png"
    path.write_bytes(png_header(70, 50))
    assert read_size(path) == (50, 70)
    with pytest.raises(ValueError):
        read_image(path)
