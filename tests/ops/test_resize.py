import numpy as np
import pytest
import tensorflow as tf

from tfcoseg.ops.resize import resize_bilinear, resize_like


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
