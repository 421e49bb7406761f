"""What a picture's partners are to it: one, or all others of a group."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from tfcoseg.signature import (
    DESCRIPTORS,
    EMBEDDING,
    KERNEL,
    PARTNER_WEIGHTS,
    PARTNERS,
)

# Up to so many partners are compared position by position; of more, the descriptors are
# averaged over neighbouring positions, so that a picture never costs much more.
WHOLE_PARTNERS = 8
# Similarities of a picture with all of its partners, 4 bytes each, at most. More than 8
# partners are too many before that at 321 pixels, but not at 1025.
_MOST_SIMILARITIES = 2**26

Partner = dict[str, Any]
Tensors = dict[str, Any]


def partner_of(
    runtime: Any, tensors: Tensors, mask: np.ndarray | None = None
) -> Partner:
    """What one picture is to its partners.

    Args:
        runtime: an engine of `tfcoseg.inference.runtimes`.
        tensors: of the picture, from its `encode`.
        mask: (height, width) of any size, 0 or more: the object in it, if it is known;
            nothing else of the picture counts then.
    """
    return _as_partner(tensors, _refer(runtime, tensors, mask), 1)


def all_others(
    runtime: Any,
    encoded: Sequence[Tensors],
    masks: Sequence[np.ndarray | None] | None = None,
) -> Iterator[Partner]:
    """For each picture of a group, what all others are to it.

    The kernel is the mean of theirs: correlation is linear in its kernel, so that this
    is the mean of the correlations with each. Affinities are averaged over the others,
    too, whose descriptors are averaged over neighbouring positions where they are many.

    Args:
        runtime: as in `partner_of`.
        encoded: the tensors of two pictures or more.
        masks: of each, as in `partner_of`; None for none.
    """
    masks = [None] * len(encoded) if masks is None else masks
    if len(encoded) == 2:
        for tensors, mask in zip(encoded[::-1], masks[::-1]):
            yield partner_of(runtime, tensors, mask)
        return
    factor = _pooling(len(encoded) - 1, encoded[0])
    each = [
        _as_partner(tensors, _refer(runtime, tensors, mask), factor)
        for tensors, mask in zip(encoded, masks)
    ]
    kernels = _means_of_others([one.pop(KERNEL) for one in each])
    every = {name: np.concatenate([one[name] for one in each], 1) for name in each[0]}
    for own, kernel in enumerate(kernels):
        others = {name: np.delete(values, own, 1) for name, values in every.items()}
        yield {KERNEL: kernel, **others}


def _pooling(others, tensors):
    """The side of the squares of positions that are averaged, so that it pays."""
    excess = others / WHOLE_PARTNERS
    if DESCRIPTORS in tensors:
        positions = math.prod(tensors[DESCRIPTORS].shape[1:3])
        excess = max(excess, others * positions**2 / _MOST_SIMILARITIES)
    return math.ceil(math.sqrt(excess))


def _refer(runtime, tensors, mask):
    """The kernel of a picture, with a mask or none, and its positions' weights."""
    if mask is not None:
        return runtime.refer(tensors, np.asarray(mask, np.float32)[None, ..., None])
    height, width = tensors[EMBEDDING].shape[1:3]
    weights = np.ones((1, 1, height * width), np.float32)
    return {KERNEL: tensors[KERNEL], PARTNER_WEIGHTS: weights}


def _as_partner(tensors, referred, factor):
    """Kernel, descriptors (1, 1, positions, channels), weights (1, 1, positions).

    Of squares of `factor` x `factor` positions, smaller at the edges, the unit mean.
    """
    if DESCRIPTORS not in tensors:
        return {KERNEL: referred[KERNEL]}
    descriptors = np.asarray(tensors[DESCRIPTORS])
    weights = np.reshape(referred[PARTNER_WEIGHTS], (*descriptors.shape[:-1], 1))
    if factor > 1:
        descriptors = _sums(descriptors * (weights + 1e-6), factor)
        lengths = np.linalg.norm(descriptors, axis=-1, keepdims=True)
        descriptors = descriptors / np.maximum(lengths, 1e-12)
        weights = _sums(weights, factor) / _sums(np.ones_like(weights), factor)
    return {
        KERNEL: referred[KERNEL],
        PARTNERS: descriptors.reshape(1, 1, -1, descriptors.shape[-1]),
        PARTNER_WEIGHTS: weights.reshape(1, 1, -1),
    }


def _sums(maps, factor):
    for axis in (1, 2):
        starts = np.arange(0, maps.shape[axis], factor)
        maps = np.add.reduceat(maps, starts, axis=axis)
    return maps


def _means_of_others(kernels):
    total = np.array(kernels[0], np.float64)
    for kernel in kernels[1:]:
        total += np.asarray(kernel)
    for kernel in kernels:
        kernel = np.asarray(kernel)
        yield ((total - kernel) / (len(kernels) - 1)).astype(kernel.dtype)
