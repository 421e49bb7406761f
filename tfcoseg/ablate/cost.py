"""What the correlation costs beside non-local attention: time and memory."""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import tensorflow as tf

from tfcoseg.ablate.layers_compared import (
    CHANNELS,
    FILTERS,
    NAMES,
    WIDTH,
    make_layer,
    make_pair,
    make_training,
)
from tfcoseg.ablate.peak_memory import peak_memory

SIDES = (16, 17, 21, 24, 33, 49, 65)


def compare_cost(
    sides: Sequence[int] = SIDES,
    repeats: int = 5,
    progress: Callable[..., Iterable] | None = None,
) -> list[dict[str, Any]]:
    """Time and memory of both layers, which have as many parameters, to one percent.

    One pair of images, both directions. Each round times every function once, so that
    whatever slows the machine slows all of them; the medians are compared. Milliseconds
    are this machine's, ratios are less so.

    Args:
        sides: heights = widths of the maps in positions.
        repeats: rounds of timing.
        progress: as in `evaluate_folder`.

    Returns:
        For each side a dictionary of "side", and of "correlation" and "non_local" with
        "forward_ms", "training_ms" (forward and backward), "peak_mb" (how much more
        memory training takes at its height; None where the system does not tell),
        "kept_mb" (what the backward pass needs kept) and "multiply_adds" (in millions),
        both by count, of a correlation that takes no Fourier transform.
    """
    progress = progress or (lambda iterable, **_: iterable)
    both = [(name, side) for side in sides for name in NAMES]
    both = progress(both, desc="memory", unit="measurement")
    peaks = {(name, side): peak_memory(name, side) for name, side in both}
    rows = []
    for side in progress(sides, desc="time", unit="size"):
        times = _times(side, repeats)
        row: dict[str, Any] = {"side": side}
        for name in NAMES:
            peak = peaks[name, side]
            row[name] = {
                **times[name],
                "peak_mb": None if peak is None else round(peak / 1e6, 1),
                **_COUNTS[name](side * side),
            }
        rows.append(row)
    return rows


def _times(side, repeats):
    """{name: {"forward_ms": ..., "training_ms": ...}}."""
    pair = make_pair(side)
    functions = {}
    for name in NAMES:
        functions[name, "forward_ms"] = partial(tf.function(make_layer(name)), *pair)
        functions[name, "training_ms"] = partial(make_training(name), *pair)
    seconds = _interleave(functions, repeats)
    return {
        name: {
            kind: round(1000 * seconds[name, kind], 3)
            for kind in ("forward_ms", "training_ms")
        }
        for name in NAMES
    }


def _interleave(functions, repeats):
    """Median seconds of each; every second round goes backwards."""
    for function in functions.values():
        function()  # traced, and its memory once asked for
    seconds = {name: [] for name in functions}
    for number in range(repeats):
        for name in list(functions)[:: -1 if number % 2 else 1]:
            start = time.perf_counter()
            tf.nest.map_structure(lambda x: x.numpy(), functions[name]())
            seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in seconds.items()}


def _of_correlation(positions):
    kernel_sizes = make_layer("correlation").kernel_sizes
    largest = max(kernel_sizes) ** 2
    levels = sum(size * size for size in kernel_sizes)
    # Per image: the embedding, its correlation, the levels and their sum.
    kept = FILTERS * (2 * positions + levels + largest)
    convolutions = positions * FILTERS * (CHANNELS + FILTERS)
    return _counts(kept, convolutions + positions * largest * FILTERS)


def _of_non_local(positions):
    # Per image: theta, phi, g and what attention finds; the attention itself, of which
    # the gradient of a softmax needs the result alone.
    kept = 4 * positions * WIDTH + positions**2
    convolutions = positions * WIDTH * (3 * CHANNELS + FILTERS)
    return _counts(kept, convolutions + 2 * positions**2 * WIDTH)


def _counts(kept, multiply_adds):
    """Of both images, in float32."""
    return {
        "kept_mb": round(2 * 4 * kept / 1e6, 3),
        "multiply_adds": round(2 * multiply_adds / 1e6, 1),
    }


_COUNTS = {"correlation": _of_correlation, "non_local": _of_non_local}
