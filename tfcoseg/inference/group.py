"""The object that encoded pictures have in common, at the size the network works at."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tfcoseg.inference.agreement import agreement, distinct
from tfcoseg.inference.partners import all_others
from tfcoseg.inference.results import Encoded, Find

# How often each picture is compared with its partners: the second time with the object
# that the first has found in them, which is a point or two better.
ROUNDS = 2

Mask = np.ndarray | None


def find_in_group(
    runtime: Any,
    encoded: Sequence[Encoded],
    square: tuple[int, int],
    min_score: float | None = None,
    references: Sequence[Mask] | None = None,
    rounds: int = ROUNDS,
) -> list[Find]:
    """Finds the object that two pictures or more have in common.

    Args:
        runtime: an engine of `tfcoseg.inference.runtimes`.
        encoded: the pictures.
        square: (height, width) at which they were encoded, and of the soft masks.
        min_score: as in `Predictor`; None for that of the weights.
        references: for each picture a mask (height, width) of the object, if it is
            known; it stays what the others are compared with. One that covers the whole
            picture counts as absent.
        rounds: how often each picture is compared with the others.

    Returns:
        A `Find` for each picture, in their order.
    """
    known = [_known(mask) for mask in references or [None] * len(encoded)]
    tensors, masks = [one.tensors for one in encoded], known
    for _ in range(rounds):
        partners = all_others(runtime, tensors, masks)
        found = [_decode(runtime, *one, square) for one in zip(tensors, partners)]
        masks = [own if own is not None else new[0] for own, new in zip(known, found)]
    first, of_each = distinct(encoded)
    objects = np.stack([found[index][1] for index in first])
    scores = agreement(runtime.score(objects, objects))
    least = runtime.min_score if min_score is None else min_score
    return [
        Find(soft_mask, float(scores[place]), one.size, least)
        for (soft_mask, _), place, one in zip(found, of_each, encoded)
    ]


def find_by_anchor(
    runtime: Any,
    encoded: Sequence[Encoded],
    anchor: Encoded,
    square: tuple[int, int],
    min_score: float | None = None,
    reference: Mask = None,
    rounds: int = ROUNDS,
) -> list[Find]:
    """Finds in each picture the object of an anchor: each is a pair with it.

    Args:
        runtime, encoded, square, min_score, rounds: as in `find_in_group`.
        anchor: the picture that all are compared with.
        reference: a mask (height, width) of the object in the anchor, if it is known.
    """
    options = {"min_score": min_score, "rounds": rounds}
    return [
        find_in_group(
            runtime, [one, anchor], square, references=[None, reference], **options
        )[0]
        for one in encoded
    ]


def _known(mask):
    """The mask, or None for one with nothing outside or inside, as in `CoSeg`."""
    absent = mask is None or np.min(mask) >= 1 or np.max(mask) <= 0
    return None if absent else mask


def _decode(runtime, tensors, partner, square):
    """The soft mask, and the descriptor of what it covers."""
    return runtime.decode(runtime.correlate(tensors, partner), tensors, square)
