"""The correlation of PyramidXCorr, against its equations taken literally."""

from collections.abc import Iterator

import tensorflow as tf

from tfcoseg.benchmark.timing import Comparison, interleave
from tfcoseg.ops import cross_correlate, pyramid_kernel, pyramid_levels

KERNEL_SIZES = (11, 15, 19)
FORWARD_TARGET, GRADIENT_TARGET = 8.0, 12.0


def literal_correlation(features, partner, kernel_sizes=KERNEL_SIZES):
    """A depth-wise convolution for each level, and the mean of the levels."""
    levels = pyramid_levels(partner, kernel_sizes)
    per_level = [
        tf.vectorized_map(_correlate_sample, (features, level)) for level in levels
    ]
    return tf.add_n(per_level) / len(levels)


def _correlate_sample(sample):
    image, kernel = sample
    return tf.nn.depthwise_conv2d(
        image[None], kernel[..., None], strides=(1, 1, 1, 1), padding="SAME"
    )[0]


def summed_correlation(features, partner, kernel_sizes=KERNEL_SIZES):
    """What the layer does: one correlation, with the sum of the levels."""
    kernel = pyramid_kernel(partner, kernel_sizes)
    return cross_correlate(features, kernel, "auto")


def compare_with_literal(
    repeats: int, batch: int = 2, size: int = 33, channels: int = 512
) -> Iterator[Comparison]:
    """How many times faster the layer's correlation is, and with its gradients.

    Args:
        repeats: rounds of timing.
        batch, size, channels: of the features, (batch, size, size, channels).
    """
    shape = (batch, size, size, channels)
    features, partner, upstream = (tf.random.normal(shape) for _ in range(3))
    kinds = {"literal": literal_correlation, "auto": summed_correlation}
    name = f"correlation {batch} x {size} x {size} x {channels}"

    forward = {
        kind: _bound(tf.function(correlate), features, partner)
        for kind, correlate in kinds.items()
    }
    timings = interleave(forward, repeats)
    yield _compared(f"{name}, forward", timings, FORWARD_TARGET)

    backward = {
        kind: _bound(with_gradients(correlate), features, partner, upstream)
        for kind, correlate in kinds.items()
    }
    timings = interleave(backward, repeats)
    yield _compared(f"{name}, forward and backward", timings, GRADIENT_TARGET)


def with_gradients(correlate):
    """The graph of a function of two tensors, of which it returns both gradients."""

    @tf.function
    def gradients(features, partner, upstream):
        with tf.GradientTape() as tape:
            tape.watch((features, partner))
            result = correlate(features, partner)
        return result, tape.gradient(result, (features, partner), upstream)

    return gradients


def _bound(function, *arguments):
    return lambda: function(*arguments)


def _compared(name, timings, target):
    ratio = timings["literal"].median / timings["auto"].median
    return Comparison(name, ratio, target, True, timings)
