"""What the correlation costs beside non-local attention: time and memory."""

import ctypes
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import tensorflow as tf

from tfcoseg.ablate.cells import FILTERS
from tfcoseg.ablate.non_local import NonLocal
from tfcoseg.layers import PyramidXCorr

# Those of MobileNetV2's features.
CHANNELS = 320
SIDES = (16, 17, 21, 24, 33, 49, 65)
WIDTH = 120


def compare_cost(
    sides: Sequence[int] = SIDES,
    repeats: int = 5,
    progress: Callable[..., Iterable] | None = None,
) -> list[dict[str, Any]]:
    """Time and memory of both layers, which have as many parameters, to one percent.

    One pair of images, both directions. Each round times every function once, so that
    whatever slows the machine slows all of them; the medians are compared. Seconds are
    this machine's, ratios are less so.

    Args:
        sides: heights = widths of the maps, in positions.
        repeats: rounds of timing.
        progress: as in `evaluate_folder`, with an iterable of sides.

    Returns:
        For each side a dictionary of "side", and of "correlation" and "non_local" with
        "forward_ms", "training_ms" (forward and backward), "peak_mb" (how much more
        memory a training call takes at its height than before; None where the system
        does not tell), "kept_mb" (what has to be kept for the backward pass, by count)
        and "multiply_adds" (by count, in millions, of a correlation that takes no
        transform).
    """
    progress = progress or (lambda iterable, **_: iterable)
    layers = {
        "correlation": PyramidXCorr(FILTERS),
        "non_local": NonLocal(FILTERS, WIDTH),
    }
    rows = []
    for side in progress(list(sides), desc="measuring", unit="size"):
        pair = [
            tf.random.stateless_normal((1, side, side, CHANNELS), (0, seed))
            for seed in (0, 1)
        ]
        functions = {}
        for name, layer in layers.items():
            layer(*pair)
            functions[name, "forward_ms"] = partial(tf.function(layer.__call__), *pair)
            functions[name, "training_ms"] = partial(_training(layer), *pair)
        times = _interleave(functions, repeats)
        row: dict[str, Any] = {"side": side}
        for name in layers:
            peak = peak_bytes(functions[name, "training_ms"])
            row[name] = {
                "forward_ms": round(1000 * times[name, "forward_ms"], 3),
                "training_ms": round(1000 * times[name, "training_ms"], 3),
                "peak_mb": None if peak is None else round(peak / 1e6, 1),
                **_COUNTS[name](side * side),
            }
        rows.append(row)
    return rows


def peak_bytes(function: Callable[[], Any]) -> int | None:
    """How much more memory a call takes at its height than the process had before.

    Linux tells; elsewhere it is None.
    """
    try:
        ctypes.CDLL(None).malloc_trim(0)  # what was freed is not to be used again
        Path("/proc/self/clear_refs").write_text("5")  # forgets the greatest so far
        before = _status("VmRSS")
        function()
        return max(0, _status("VmHWM") - before)
    except (OSError, AttributeError):
        return None


def _training(layer):
    """The graph of a call, and of its gradients with respect to inputs and weights."""

    @tf.function
    def train(features_a, features_b):
        with tf.GradientTape() as tape:
            tape.watch((features_a, features_b))
            value = sum(tf.reduce_sum(x * x) for x in layer(features_a, features_b))
        weights = [weight.value for weight in layer.trainable_weights]
        return tape.gradient(value, [features_a, features_b, *weights])

    return train


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
    kernel_sizes = PyramidXCorr(FILTERS).kernel_sizes
    largest = max(kernel_sizes) ** 2
    levels = sum(size * size for size in kernel_sizes)
    # Per image: the embedding, its correlation, the levels and their sum.
    kept = FILTERS * (2 * positions + levels + largest)
    convolutions = positions * FILTERS * (CHANNELS + FILTERS)
    return _counts(kept, convolutions + positions * largest * FILTERS)


def _of_non_local(positions):
    # Per image: theta, phi, g and what attention finds; the attention itself, before
    # and after its softmax.
    kept = 4 * positions * WIDTH + 2 * positions**2
    convolutions = positions * WIDTH * (3 * CHANNELS + FILTERS)
    return _counts(kept, convolutions + 2 * positions**2 * WIDTH)


def _counts(kept, multiply_adds):
    """Of both images, in float32."""
    return {
        "kept_mb": round(2 * 4 * kept / 1e6, 1),
        "multiply_adds": round(2 * multiply_adds / 1e6, 1),
    }


_COUNTS = {"correlation": _of_correlation, "non_local": _of_non_local}


def _status(name):
    """A figure of this process, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return 1024 * int(line.split()[1])
    raise OSError(f"no {name} in the status of the process")
