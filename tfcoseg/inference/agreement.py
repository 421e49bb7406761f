"""How likely each picture of a group shows the kind of object that the others show."""

from collections.abc import Sequence

import numpy as np

from tfcoseg.inference.results import Encoded
from tfcoseg.signature import KERNEL


def agreement(scores: np.ndarray) -> np.ndarray:
    """For each picture the mean of its scores with the half of the others it fits best.

    Half of an odd number of others is rounded down, so that members of a group in which
    up to half of the pictures show something else are compared with members only. Of
    two pictures it is the score of the pair.

    Args:
        scores: (n, n), symmetric: the probability that two pictures share a kind.

    Returns:
        (n,) probabilities, 0..1; of a single picture its score with itself.

    Example:

    >>> scores = np.array([[1, 0.9, 0.1], [0.9, 1, 0.2], [0.1, 0.2, 1]])
    >>> agreement(scores).tolist()
    [0.9, 0.9, 0.2]
    """
    count = len(scores)
    if count == 1:
        return np.diag(scores)
    others = scores[~np.eye(count, dtype=bool)].reshape(count, count - 1)
    best = -np.sort(-others, axis=1)[:, : max(1, (count - 1) // 2)]
    return best.mean(axis=1)


def distinct(encoded: Sequence[Encoded]) -> tuple[list[int], list[int]]:
    """Copies of a picture count as one.

    Returns:
        The index of the first of each distinct picture, and for each picture which of
        these it is a copy of.
    """
    places: dict[bytes, int] = {}
    first, of_each = [], []
    for index, one in enumerate(encoded):
        content = np.asarray(one.tensors[KERNEL]).tobytes()
        if content not in places:
            places[content] = len(first)
            first.append(index)
        of_each.append(places[content])
    return first, of_each
