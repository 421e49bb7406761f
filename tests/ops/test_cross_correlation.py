import gc
import importlib.util
import weakref
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from tfcoseg.ops import implementations
from tfcoseg.ops.cross_correlation import (
    cross_correlate,
    mean_kernel_of_others,
    pyramid_kernel,
    pyramid_levels,
)

spec = importlib.util.spec_from_file_location(
    "oracle", Path(__file__).parent / "oracle.py"
)
oracle = importlib.util.module_from_spec(spec)
spec.loader.exec_module(oracle)

IMPLEMENTATIONS = ["vectorized_map", "fft", "depthwise", "auto"]
# Batch, height, width, channels, kernel size: odd, even, larger than the map, batch 1.
SHAPES = [(2, 7, 6, 3, 5), (1, 6, 6, 2, 4), (3, 5, 4, 2, 9), (1, 3, 8, 1, 10)]


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def close(result, expected, relative=1e-5):
    """Within `relative` of the largest value: what sums of many terms can promise."""
    expected = np.asarray(expected)
    np.testing.assert_allclose(result, expected, atol=relative * np.abs(expected).max())


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
@pytest.mark.parametrize("shape", SHAPES)
def test_correlation_is_the_oracles(implementation, shape):
    *map_shape, size = shape
    batch, channels = map_shape[0], map_shape[-1]
    features, kernel = random(*map_shape), random(batch, size, size, channels, seed=1)
    expected = [oracle.correlate(f, k) for f, k in zip(features, kernel)]
    correlate = tf.function(lambda f, k: cross_correlate(f, k, implementation))
    close(cross_correlate(features, kernel, implementation), expected)
    close(correlate(tf.constant(features), tf.constant(kernel)), expected)


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
@pytest.mark.parametrize("shape", SHAPES[:2])
def test_sizes_may_be_unknown_when_traced(implementation, shape):
    *map_shape, size = shape
    channels = map_shape[-1]

    @tf.function(
        input_signature=[
            tf.TensorSpec((None, None, None, channels)),
            tf.TensorSpec((None, size, size, channels)),
        ]
    )
    def correlate(features, kernel):
        return cross_correlate(features, kernel, implementation)

    features, kernel = random(*map_shape), random(map_shape[0], size, size, channels)
    expected = [oracle.correlate(f, k) for f, k in zip(features, kernel)]
    close(correlate(features, kernel), expected)
    assert correlate(features[:0], kernel[:0]).shape == (0, *map_shape[1:])


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
@pytest.mark.parametrize("batch", [1, 2])
def test_gradients_are_the_numeric_ones(implementation, batch):
    features, kernel = random(batch, 4, 5, 2), random(batch, 4, 4, 2, seed=1)
    weights = random(batch, 4, 5, 2, seed=2)

    def weighted(f, k):
        return tf.reduce_sum(cross_correlate(f, k, implementation) * weights)

    with tf.GradientTape() as tape:
        inputs = [tf.constant(features), tf.constant(kernel)]
        tape.watch(inputs)
        value = weighted(*inputs)
    gradients = tape.gradient(value, inputs)
    assert all(isinstance(gradient, tf.Tensor) for gradient in gradients)

    def plain(f, k):
        pairs = [oracle.correlate(x, y) for x, y in zip(f, k)]
        return (np.array(pairs) * weights).sum()

    arrays = [features.astype(np.float64), kernel.astype(np.float64)]
    for position, gradient in enumerate(gradients):
        numeric = np.zeros_like(arrays[position])
        for index in np.ndindex(numeric.shape):
            moved = [array.copy() for array in arrays]
            moved[position][index] += 0.5
            above = plain(*moved)
            moved[position][index] -= 1.0
            # Exact for any step: the value is linear in each input.
            numeric[index] = above - plain(*moved)
        close(gradient, numeric)


@pytest.mark.parametrize("implementation", ["fft", "auto"])
def test_second_gradients_are_those_of_a_plain_convolution(implementation):
    kernel, weights = random(1, 3, 3, 1), random(1, 5, 5, 1, seed=1)

    def second_gradient(implementation):
        features = tf.Variable(random(1, 5, 5, 1, seed=2))
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                correlated = cross_correlate(features, kernel, implementation)
                value = tf.reduce_sum(weights * correlated**3)
            slope = tf.reduce_sum(inner.gradient(value, features) ** 2)
        return outer.gradient(slope, features)

    close(second_gradient(implementation), second_gradient("depthwise"))


def test_batches_that_differ_are_an_error():
    for implementation in IMPLEMENTATIONS:
        with pytest.raises(ValueError, match="kernel of its own"):
            cross_correlate(random(2, 4, 4, 1), random(1, 3, 3, 1), implementation)


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_an_empty_batch_gives_an_empty_result(implementation):
    empty = cross_correlate(random(0, 4, 6, 2), random(0, 3, 3, 2), implementation)
    assert empty.shape == (0, 4, 6, 2)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_is_correlated_in_float32(dtype):
    features = tf.cast(random(1, 20, 20, 1), dtype)
    kernel = tf.cast(random(1, 19, 19, 1, seed=1), dtype)
    result = cross_correlate(features, kernel, "fft")
    expected = cross_correlate(
        tf.cast(features, tf.float32), tf.cast(kernel, tf.float32), "depthwise"
    )
    assert result.dtype == dtype
    close(tf.cast(result, tf.float32), expected, 1e-2 if dtype == "bfloat16" else 1e-3)


@pytest.mark.parametrize("implementation", ["fft", "depthwise"])
def test_compiled_by_xla_it_is_the_same(implementation):
    features, kernel = random(2, 6, 7, 2), random(2, 4, 4, 2, seed=1)
    compiled = tf.function(
        lambda f, k: cross_correlate(f, k, implementation), jit_compile=True
    )
    expected = cross_correlate(features, kernel, "vectorized_map")
    close(compiled(tf.constant(features), tf.constant(kernel)), expected)


def test_an_unknown_implementation_is_named():
    with pytest.raises(ValueError, match="'fft'.*Received: implementation='fast'"):
        cross_correlate(random(1, 4, 4, 1), random(1, 3, 3, 1), "fast")


@pytest.mark.parametrize("fast", [True, False])
def test_auto_takes_the_faster_on_a_cpu(monkeypatch, fast):
    monkeypatch.setattr(implementations, "_depthwise_is_fast", lambda: fast)
    expected = "by_depthwise_with_fft_gradient" if fast else "by_fft"
    assert implementations.choose() is getattr(implementations, expected)


def test_auto_takes_vectorized_map_beside_a_gpu(monkeypatch):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [kind])
    assert implementations.choose() is implementations.by_vectorized_map


@pytest.mark.parametrize(
    "normalization, axes",
    [("channel", (0, 1)), ("position", 2), ("kernel", (0, 1, 2)), (None, None)],
)
def test_levels_are_the_oracles(normalization, axes):
    partner = random(2, 6, 9, 3)
    levels = pyramid_levels(partner, (3, 4, 11), normalization)
    for size, level in zip((3, 4, 11), levels):
        expected = [
            oracle.normalize(oracle.resize(image, size), axes) for image in partner
        ]
        close(level, expected)


@pytest.mark.parametrize("sizes", [(3, 5), (2, 5, 4), (7,), (4, 9)])
def test_one_correlation_with_the_kernel_is_the_mean_over_the_levels(sizes):
    features, partner = random(2, 6, 7, 2), random(2, 5, 8, 2, seed=1)
    expected = [
        oracle.pyramid_correlation(image, other, sizes)
        for image, other in zip(features, partner)
    ]
    kernel = pyramid_kernel(partner, sizes)
    assert kernel.shape == (2, max(sizes), max(sizes), 2)
    close(cross_correlate(features, kernel), expected)


def test_a_constant_zero_channel_has_a_zero_kernel():
    levels = pyramid_levels(np.zeros((1, 4, 4, 2), np.float32), (3,))
    np.testing.assert_array_equal(levels[0], np.zeros((1, 3, 3, 2)))


def test_an_unknown_normalization_is_named():
    with pytest.raises(ValueError, match="'position'.*Received: normalization='l1'"):
        pyramid_levels(random(1, 4, 4, 1), (3,), "l1")


def test_of_two_images_the_mean_kernel_is_the_other_to_the_bit():
    kernels = random(2, 3, 3, 4)
    np.testing.assert_array_equal(mean_kernel_of_others(kernels), kernels[::-1])


def test_the_mean_kernel_leaves_out_the_image_itself():
    kernels = random(4, 3, 3, 2)
    expected = [np.delete(kernels, own, axis=0).mean(0) for own in range(4)]
    close(mean_kernel_of_others(kernels), expected)


def test_correlating_with_the_mean_kernel_is_the_mean_of_the_correlations():
    features, kernels = random(3, 5, 5, 2), random(3, 3, 3, 2, seed=1)
    mean = cross_correlate(features, mean_kernel_of_others(kernels))
    for own in range(3):
        single = [
            cross_correlate(features[own : own + 1], kernels[other : other + 1])
            for other in range(3)
            if other != own
        ]
        close(mean[own : own + 1], np.mean(single, axis=0))


def test_what_is_traced_forward_alone_is_the_same_and_is_given_back():
    features = random(2, 9, 7, 4)
    kernel = random(2, 3, 3, 4, seed=1)
    for correlate in (
        implementations.by_fft,
        implementations.by_depthwise_with_fft_gradient,
    ):
        expected = correlate(features, kernel)
        function = tf.function(lambda *pair, correlate=correlate: correlate(*pair))
        with implementations.forward_alone():
            found = function(features, kernel)
            graph = weakref.ref(function.get_concrete_function(features, kernel).graph)
        np.testing.assert_allclose(found, expected, atol=1e-5)
        del function
        gc.collect()
        assert graph() is None
