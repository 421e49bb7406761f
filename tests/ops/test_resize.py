import importlib.util
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from tfcoseg.ops.resize import area_weights, resize_bilinear, resize_like

spec = importlib.util.spec_from_file_location(
    "oracle", Path(__file__).parent / "oracle.py"
)
oracle = importlib.util.module_from_spec(spec)
spec.loader.exec_module(oracle)


def test_half_pixel_centres_without_antialiasing():
    row = tf.constant([0.0, 4.0])[None, None, :, None]
    enlarged = resize_bilinear(row, (1, 4))[0, 0, :, 0]
    np.testing.assert_allclose(enlarged, [0.0, 1.0, 3.0, 4.0])
    spikes = tf.constant([0.0, 9.0, 0.0, 0.0, 9.0, 0.0])[None, None, :, None]
    # The two centres fall on 9; with antialiasing their neighbours would lower them.
    np.testing.assert_allclose(resize_bilinear(spikes, (1, 2))[0, 0, :, 0], [9, 9])


def test_the_dtype_stays():
    half = tf.zeros((1, 2, 2, 1), tf.float16)
    assert resize_bilinear(half, (3, 3)).dtype == tf.float16


def test_resize_like_in_a_graph_of_unknown_sizes():
    anything = tf.TensorSpec((None, None, None, 1))
    resize = tf.function(resize_like, input_signature=[anything, anything])
    outputs = resize.get_concrete_function().structured_outputs
    assert outputs.shape.as_list() == [None, None, None, 1]
    assert resize(tf.ones((1, 2, 3, 1)), tf.ones((1, 5, 4, 1))).shape == (1, 5, 4, 1)


@pytest.mark.parametrize("dtype, tolerance", [("float32", 2e-6), ("float16", 2e-3)])
def test_one_channel_is_resized_as_many_are(dtype, tolerance):
    image = tf.constant(np.random.default_rng(0).normal(size=(2, 5, 7, 1)), dtype)
    for size in ((11, 4), (3, 20), tf.constant([9, 13])):
        one = resize_bilinear(image, size)
        many = resize_bilinear(tf.repeat(image, 2, axis=-1), size)
        assert one.dtype == dtype and one.shape == (2, *map(int, size), 1)
        np.testing.assert_allclose(one, many[..., :1], atol=tolerance)


@pytest.mark.parametrize("size", [(3, 5), (7, 10), (9, 23), (1, 1)])
def test_area_weights_are_means_over_areas(size):
    """Coarser, equal and finer, with areas that end inside of a pixel."""
    masks = np.random.default_rng(0).uniform(size=(2, 7, 11, 1)).astype("f4")
    expected = [oracle.area_means(mask[..., 0], *size)[..., None] for mask in masks]
    found = area_weights(masks, tf.zeros((2, *size, 3)))
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_area_weights_are_those_of_tensorflow():
    masks = np.random.default_rng(0).uniform(size=(1, 513, 700, 1)).astype("f4")
    expected = tf.image.resize(masks, (33, 44), method="area")
    found = area_weights(masks, tf.zeros((1, 33, 44, 3)))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_only_a_mask_of_zeros_counts_as_absent():
    masks = np.zeros((3, 8, 8, 1), "f4")
    masks[1, 0, 0], masks[2] = 1e-6, 1.0
    zeros, spot, ones = area_weights(masks, tf.zeros((3, 4, 4, 3)))
    np.testing.assert_array_equal(zeros, np.ones((4, 4, 1)))
    np.testing.assert_allclose(spot[0, 0], 2.5e-7, rtol=1e-6)
    assert np.count_nonzero(spot) == 1
    np.testing.assert_allclose(ones, np.ones((4, 4, 1)), atol=1e-6)


@pytest.mark.parametrize("dtype", ["uint8", "bool", "float16"])
def test_area_weights_of_any_number_type_in_a_graph_of_unknown_sizes(dtype):
    specs = tf.TensorSpec((None, None, None, 1), dtype), tf.TensorSpec([None] * 4)
    resize = tf.function(area_weights, input_signature=specs)
    masks = tf.cast(np.tri(8)[None, ..., None], dtype)
    found = resize(masks, tf.zeros((1, 2, 4, 3)))
    expected = oracle.area_means(np.tri(8), 2, 4)
    np.testing.assert_allclose(found[0, ..., 0], expected, atol=1e-6)
    assert resize(masks[:0], tf.zeros((0, 2, 4, 3))).shape == (0, 2, 4, 1)
