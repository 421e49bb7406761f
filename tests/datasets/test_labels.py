import numpy as np
import pytest
from PIL import Image

from tfcoseg.datasets.labels import read_labels, read_object


@pytest.fixture
def write(tmp_path, save):
    def write(picture):
        return save(tmp_path / "truth.png", picture)

    return write


@pytest.mark.parametrize("value", [1, 128, 255])
def test_object_in_grey(value, write, square):
    mask = read_object(write(square(value=value)))
    assert mask.dtype == np.uint8
    np.testing.assert_array_equal(mask, square())


def test_object_of_one_bit_and_in_colour(write, square):
    np.testing.assert_array_equal(read_object(write(square(dtype=bool))), square())
    colour = np.stack([square(value=255), square(value=0), square(value=0)], axis=-1)
    np.testing.assert_array_equal(read_object(write(colour)), square())
    opaque = np.dstack([np.zeros((12, 16, 3), np.uint8), np.full((12, 16), 255)])
    assert not read_object(write(opaque.astype(np.uint8))).any()


def test_nothing_stays_nothing_and_faint_edges_are_background(write, square):
    assert not read_object(write(square(value=0))).any()
    edged = square(value=255)
    edged[8] = 100
    np.testing.assert_array_equal(read_object(write(edged)), square())


def test_indices_of_a_palette_count(write, square):
    truth = Image.fromarray(square(value=3))
    truth.putpalette([255, 255, 255] + [0] * 765)  # a white background
    path = write(truth)
    np.testing.assert_array_equal(read_labels(path), square(value=3))
    np.testing.assert_array_equal(read_object(path), square())


def test_labels_need_one_channel(write, noise):
    with pytest.raises(ValueError, match=r"truth\.png of mode RGB"):
        read_labels(write(noise()))


def test_unreadable(tmp_path, write, square):
    with pytest.raises(FileNotFoundError, match="nothing.png"):
        read_labels(tmp_path / "nothing.png")
    path = write(square(value=255))
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(ValueError, match="truth.png"):
        read_labels(path)
