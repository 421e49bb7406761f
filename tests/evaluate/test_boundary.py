import math

import numpy as np
import pytest

from tfcoseg.evaluate.boundary import boundary_f, contour, dilate


@pytest.fixture(params=range(4))
def masks(request):
    """A blob that reaches the border of the image, and the same, deformed."""
    generator = np.random.default_rng(request.param)
    rows, columns = np.mgrid[:37, :52]
    waves = 5 * np.sin(rows / 4 + generator.random() * 6)
    distance = np.hypot(rows - 20, columns - 30 + waves)
    truth = (distance < 17 + 3 * np.cos(columns / 5)).astype(np.uint8)
    found = np.roll(truth, generator.integers(-3, 4, 2), (0, 1))
    found[generator.random(truth.shape) < 0.01] ^= 1
    return found, truth


def contour_pixel_by_pixel(mask):
    """As in the code of DAVIS: the last row and column look along themselves only."""
    height, width = mask.shape
    found = np.zeros(mask.shape, bool)
    for row in range(height):
        for column in range(width):
            for down, right in ((0, 1), (1, 0), (1, 1)):
                y, x = min(row + down, height - 1), min(column + right, width - 1)
                found[row, column] |= mask[row, column] != mask[y, x]
    return found


def near(contour_a, contour_b, radius):
    """How much of A is within the radius of B, by all distances."""
    a, b = np.argwhere(contour_a), np.argwhere(contour_b)
    squares = ((a[:, None] - b[None]) ** 2).sum(-1)
    return np.mean(squares.min(1) <= radius**2)


def test_contour_is_that_of_every_pixel(masks):
    for mask in masks:
        found = contour(mask == 1)
        np.testing.assert_array_equal(found, contour_pixel_by_pixel(mask))
        assert not found[-1, -1]


@pytest.mark.parametrize("radius", [0, 1, 2, 3, 5, 9, 80])
def test_dilation_is_that_by_all_distances(radius):
    mask = np.random.default_rng(radius).random((23, 31)) < 0.01
    mask[0, 0] = mask[-1, 7] = True
    rows, columns = np.mgrid[:23, :31]
    squares = [(rows - y) ** 2 + (columns - x) ** 2 for y, x in np.argwhere(mask)]
    expected = np.min(squares, axis=0) <= radius**2
    np.testing.assert_array_equal(dilate(mask, radius), expected)


@pytest.mark.parametrize("tolerance", [0.008, 0.03, 0.06])
def test_f_is_that_of_all_distances(masks, tolerance):
    found, truth = masks
    radius = math.ceil(tolerance * math.hypot(37, 52))
    contours = [contour_pixel_by_pixel(mask) for mask in masks]
    precision, recall = near(*contours, radius), near(*contours[::-1], radius)
    expected = 2 * precision * recall / (precision + recall)
    assert boundary_f(found, truth, tolerance) == pytest.approx(expected)
    assert boundary_f(np.uint8(255) * found, truth, tolerance) == pytest.approx(
        expected
    )
    assert boundary_f(truth, found, tolerance) == pytest.approx(expected)


def test_masks_without_contour():
    nothing, everything = np.zeros((30, 40), np.uint8), np.ones((30, 40), np.uint8)
    box = np.pad(np.ones((10, 10), np.uint8), ((5, 15), (5, 25)))
    assert boundary_f(nothing, nothing) == boundary_f(everything, everything) == 1.0
    assert boundary_f(nothing, box) == boundary_f(box, nothing) == 0.0
    assert boundary_f(box, box) == 1.0
    assert boundary_f(np.roll(box, 20, 1), box) == 0.0


def test_void_is_background_in_both():
    truth = np.zeros((30, 40), np.uint8)
    truth[5:15, 5:15] = 1
    truth[20:, :] = 255
    found = (truth == 1).astype(np.uint8)
    found[22:28, 3:9] = 1
    assert boundary_f(found, truth) == 1.0


def test_masks_of_two_sizes_are_an_error():
    with pytest.raises(ValueError, match=r"size of the true mask.*\(2, 3\).*\(3, 2\)"):
        boundary_f(np.zeros((2, 3)), np.zeros((3, 2)))
