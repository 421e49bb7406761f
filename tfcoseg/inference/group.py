"""The object that encoded pictures have in common, at the size the network works at."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tfcoseg.inference.membership import memberships, voices
from tfcoseg.inference.results import Encoded, Find

# Of three distinct pictures two can outvote one.
_SMALLEST_GROUP = 3
# The membership below which a picture is an outlier; see `memberships`.
OUTLIER_THRESHOLD = 0.6


def find_in_group(
    runtime: Any,
    encoded: Sequence[Encoded],
    square: tuple[int, int],
    anchor: Encoded | None = None,
    outlier_threshold: float | None = OUTLIER_THRESHOLD,
) -> list[Find]:
    """Finds the common object; every picture is correlated once.

    Args:
        runtime: an engine of `tfcoseg.inference.runtimes`.
        encoded: two or more pictures; beside an anchor one will do.
        square: (height, width) at which they were encoded, and of the soft masks.
        anchor: as in `Predictor.find`.
        outlier_threshold: as there.

    Returns:
        A `Find` for each picture, in their order.
    """
    if anchor is None:
        kernels = means_of_others([e.tensors["kernel"] for e in encoded])
    else:
        kernels = itertools.repeat(anchor.tensors["kernel"])
    finds = []
    for one, kernel in zip(encoded, kernels):
        correlation = runtime.correlate(one.tensors, kernel)
        soft_mask, score = runtime.decode(correlation, one.tensors, square)
        finds.append(Find(soft_mask, score, one.size))
    asked = outlier_threshold is not None and anchor is None
    if not asked or round(voices(encoded).sum()) < _SMALLEST_GROUP:
        return finds
    found = memberships(
        encoded, [find.soft_mask for find in finds], [find.score for find in finds]
    )
    return [
        replace(find, membership=membership, outlier=membership < outlier_threshold)
        for find, membership in zip(finds, found)
    ]


def means_of_others(kernels: Sequence[Any]) -> Iterator[np.ndarray]:
    """For each picture of a group the mean of the other pictures' kernels.

    Correlation is linear in its kernel: correlating with this mean is the mean of the
    correlations with each of the others.
    """
    if len(kernels) == 2:  # to the bit, which a sum less one's own would not be
        yield from (np.asarray(kernel) for kernel in kernels[::-1])
        return
    total = np.array(kernels[0], np.float64)
    for kernel in kernels[1:]:
        total += np.asarray(kernel)
    for kernel in kernels:
        kernel = np.asarray(kernel)
        yield ((total - kernel) / (len(kernels) - 1)).astype(kernel.dtype)
