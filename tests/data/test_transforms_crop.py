"""What a random crop keeps of a picture, and of the object in it."""

import numpy as np
import pytest
import tensorflow as tf

from tfcoseg.data.transforms import random_crop
from tfcoseg.signature import VOID

HEIGHT, WIDTH = 60, 80
OBJECT = 30 * 40


def scene(seed=0):
    """An example with an object of 30 x 40 pixels."""
    mask = np.zeros((HEIGHT, WIDTH, 1), np.uint8)
    mask[10:40, 5:45] = 1
    return {
        "image": tf.cast(tf.repeat(mask, 3, axis=-1), tf.float32) * 200,
        "mask": tf.constant(mask),
        "seed": tf.constant([seed, 7], tf.int32),
    }


def test_sizes_vary_within_the_scale():
    crop = random_crop(scale=(0.3, 0.7), min_object_covered=0.1)
    shares = []
    for seed in range(30):
        height, width, _ = crop(scene(seed))["image"].shape
        shares.append(height * width / HEIGHT / WIDTH)
    # Sides are rounded to whole pixels.
    assert 0.27 < min(shares) < 0.4 and 0.6 < max(shares) < 0.73


@pytest.mark.parametrize("covered", [0.3, 0.9])
def test_most_of_the_object_stays(covered):
    crop = random_crop(scale=(0.1, 1.0), min_object_covered=covered)
    left = [np.sum(crop(scene(seed))["mask"] == 1) / OBJECT for seed in range(30)]
    assert min(left) >= covered - 0.05
    assert min(left) < 1


def test_is_a_window_of_the_picture():
    example = scene(3)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    image = np.stack([rows, columns, 0 * rows], axis=-1)
    example["image"] = tf.constant(image)
    cut = np.array(random_crop()(example)["image"])
    top, left = cut[0, 0, :2].astype(int)
    height, width, _ = cut.shape
    assert (height, width) != (HEIGHT, WIDTH)
    window = image[top : top + height, left : left + width]
    np.testing.assert_array_equal(cut, window)


@pytest.mark.parametrize("value", [0, VOID])
def test_without_an_object(value):
    example = scene()
    example["mask"] = tf.fill((HEIGHT, WIDTH, 1), tf.constant(value, tf.uint8))
    cut = random_crop(scale=(0.6, 0.8))(example)
    height, width, _ = cut["mask"].shape
    assert 0.5 < height * width / HEIGHT / WIDTH < 0.85


def test_of_one_pixel():
    example = scene()
    example["image"] = example["image"][:1, :1]
    example["mask"] = example["mask"][:1, :1]
    assert random_crop()(example)["image"].shape == (1, 1, 3)
