"""How sure it is that a picture shows what the other pictures of its group show."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from tfcoseg.inference.results import Encoded
from tfcoseg.pictures import resize_soft_mask

# Of the logistic regression in `memberships`: how much each quantity counts. Fitted by
# `python -m tfcoseg.evaluate.outliers --fit`, whose help says on what.
WEIGHTS = {"kernel": 23.61, "object": 3.17, "centred": 12.68, "score": 3.13}
BIAS = -9.42
QUANTITIES = tuple(WEIGHTS)


def memberships(
    encoded: Sequence[Encoded],
    soft_masks: Sequence[np.ndarray],
    scores: Sequence[float],
) -> list[float]:
    """For each picture the probability that it is no outlier of its group.

    A logistic regression of `likenesses`, fitted to groups with outliers planted in
    them.

    Args:
        encoded: the pictures, three distinct ones or more, since of two nobody can say
            which of them is the wrong one.
        soft_masks: (height, width) each, of any size, as found beside the others.
        scores: their scores.

    Returns:
        Probabilities, in the order of the pictures.
    """
    found = likenesses(encoded, soft_masks, scores)
    logits = BIAS + sum(WEIGHTS[name] * found[name] for name in QUANTITIES)
    return logistic(logits).tolist()


def logistic(logits: np.ndarray) -> np.ndarray:
    """From any number to a probability."""
    return 1 / (1 + np.exp(-logits))


def likenesses(
    encoded: Sequence[Encoded],
    soft_masks: Sequence[np.ndarray],
    scores: Sequence[float],
) -> dict[str, np.ndarray]:
    """What tells an outlier of a group, each a number per picture.

    Returns:
        "kernel", "object" and "centred": the mean cosine to the others of the kernel of
        the whole picture; of the mean of its features over what its mask takes for the
        object; and of the same without the group's mean, which tells kinds apart that
        resemble each other. "score": the scores.
    """
    objects = np.stack([_object(e, mask) for e, mask in zip(encoded, soft_masks)])
    weights = voices(encoded)
    middle = np.average(objects, axis=0, weights=weights)
    centred = mean_cosines(list(objects - middle), weights)
    kernels = [np.ravel(e.tensors["kernel"]) for e in encoded]
    return {
        "kernel": mean_cosines(kernels, weights),
        "object": mean_cosines(list(objects), weights),
        # Of vectors without anything in common, less their mean, it is -1 / (n - 1).
        "centred": centred + 1 / (weights.sum() - 1),
        "score": np.asarray(scores),
    }


def voices(encoded: Sequence[Encoded]) -> np.ndarray:
    """How much each picture counts among the others: copies of one share one voice.

    Their sum is the number of distinct pictures.
    """
    kernels = [hash(np.asarray(e.tensors["kernel"]).tobytes()) for e in encoded]
    copies = Counter(kernels)
    return np.array([1 / copies[kernel] for kernel in kernels])


def mean_cosines(vectors: Sequence[np.ndarray], weights: np.ndarray) -> np.ndarray:
    """For each vector the weighted mean of its cosines to all that are no copy of it.

    Args:
        vectors: one after the other, so that no copy of them all is needed.
        weights: of each, `voices`; those of the copies of one vector have the sum 1.

    >>> mean_cosines([np.array([1, 0]), np.array([2, 0]), np.array([0, 3])], np.ones(3))
    array([0.5, 0.5, 0. ])
    """
    lengths = [max(float(np.linalg.norm(vector)), 1e-12) for vector in vectors]
    total = sum(w * v / length for w, v, length in zip(weights, vectors, lengths))
    with_own = [float(v @ total) / length for v, length in zip(vectors, lengths)]
    return (np.array(with_own) - 1) / (weights.sum() - 1)


def _object(encoded, soft_mask):
    """The mean of a picture's features over its mask."""
    features = np.asarray(encoded.tensors["features"])[0]
    weights = resize_soft_mask(soft_mask, features.shape[:2])[..., None]
    return (features * weights).sum((0, 1)) / max(float(weights.sum()), 1e-6)
