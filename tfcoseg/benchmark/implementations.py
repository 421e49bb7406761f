"""Whether `implementation="auto"` is the right choice on this machine."""

import functools
import itertools
from collections.abc import Iterator, Sequence

import tensorflow as tf

from tfcoseg.benchmark.correlation import with_gradients
from tfcoseg.benchmark.timing import Comparison, interleave
from tfcoseg.ops import cross_correlate

BATCHES, SIZES, CHANNELS = (1, 4), (17, 33, 65), (64, 256, 512)
KERNEL_SIZE = 19
NAMES = ("vectorized_map", "fft", "depthwise")
TARGET = 1.1

# An implementation that takes so many times as long as the fastest is not repeated.
_HOPELESS = 5.0


def compare_implementations(
    repeats: int,
    batches: Sequence[int] = BATCHES,
    sizes: Sequence[int] = SIZES,
    channels: Sequence[int] = CHANNELS,
    backward: bool = False,
) -> Iterator[Comparison]:
    """The time of `auto` by that of the fastest implementation, for each shape.

    Args:
        repeats: rounds of timing.
        batches, sizes, channels: of the features; every combination is tried.
        backward: time the gradients too, in a comparison of their own without a target.
    """
    for batch, size, depth in itertools.product(batches, sizes, channels):
        features = tf.random.normal((batch, size, size, depth))
        kernel = tf.random.normal((batch, KERNEL_SIZE, KERNEL_SIZE, depth))
        name = f"auto by fastest, {batch} x {size} x {size} x {depth}"
        yield _compare(name, (features, kernel), _forward, repeats, TARGET)
        if backward:
            inputs = (features, kernel, tf.random.normal(features.shape))
            yield _compare(f"{name}, backward", inputs, with_gradients, repeats, None)


def _forward(correlate):
    return tf.function(lambda features, kernel: correlate(features, kernel))


def _compare(name, inputs, graph_of, repeats, target):
    functions = {}
    for implementation in ("auto", *NAMES):
        correlate = functools.partial(cross_correlate, implementation=implementation)
        functions[implementation] = functools.partial(graph_of(correlate), *inputs)
    timings = interleave(functions, repeats, _HOPELESS)
    fastest = min(NAMES, key=lambda other: timings[other].median)
    ratio = timings["auto"].median / timings[fastest].median
    note = f"fastest: {fastest}"
    return Comparison(name, ratio, target, False, timings, note)
