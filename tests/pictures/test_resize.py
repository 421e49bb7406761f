"""Pictures and soft masks of another size."""

import numpy as np
import pytest

from tfcoseg.pictures import resize_image, resize_mask, resize_soft_mask


def test_image_of_its_own_size_is_unchanged(pixels):
    np.testing.assert_array_equal(resize_image(pixels, (2, 3)), pixels)


def test_image_shrinks_with_antialiasing():
    stripes = np.zeros((40, 40, 3), np.uint8)
    stripes[:, ::2] = 255
    small = resize_image(stripes, (5, 4))
    assert small.shape == (5, 4, 3) and small.dtype == np.uint8
    # Away from the border the stripes average out; without antialiasing they alias.
    assert np.all(np.abs(small[:, 1:3].astype(int) - 127) <= 2)


def test_soft_mask_between_two_pixels(pixels):
    mask = resize_soft_mask(np.array([[0.0, 1.0]], np.float32), (1, 4))
    assert mask.dtype == np.float32
    # Centres of the new pixels are at -1/4, 1/4, 3/4 and 5/4 of the old distance.
    np.testing.assert_allclose(mask, [[0, 0.25, 0.75, 1]], atol=1e-6)


def test_soft_mask_accepts_other_floats_and_strides():
    mask = np.linspace(0, 1, 12).reshape(3, 4).T
    np.testing.assert_allclose(resize_soft_mask(mask, (4, 3)), mask, atol=1e-6)


@pytest.mark.parametrize("kind", [np.uint8, bool])
def test_mask_takes_the_pixel_nearest_to_each_new_centre(kind):
    mask = np.array([[0, 1, 0, 1], [1, 0, 0, 1]]).astype(kind)
    resized = resize_mask(mask, (4, 2))
    # Centres of the new columns are at 0.5 and 2.5 of the old: columns 1 and 3.
    np.testing.assert_array_equal(resized, [[1, 1], [1, 1], [0, 1], [0, 1]])
    assert resized.dtype == kind
    np.testing.assert_array_equal(resize_mask(mask, (2, 4)), mask)


def test_mask_keeps_void_and_invents_no_value():
    mask = np.random.default_rng(0).choice([0, 1, 255], (37, 50)).astype(np.uint8)
    assert set(np.unique(resize_mask(mask, (64, 64)))) == {0, 1, 255}
