"""Jaccard and pixel accuracy, from counts of pixels. NumPy only; no picture is kept.

Published rows differ in how they average, and on some sets the choice alone is worth
three points, so every quantity is averaged in all three ways.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from tfcoseg.signature import VOID


@dataclass(frozen=True)
class Counts:
    """What one predicted mask and its true mask have in common, in pixels.

    Attributes:
        pixels: pixels that count, so all but void.
        truth: of these, pixels of the true object.
        predicted: pixels predicted as object.
        intersection: pixels that are both.

    Example:

    >>> counts = Counts(pixels=100, truth=30, predicted=20, intersection=20)
    >>> counts.union, round(counts.jaccard, 3), counts.accuracy
    (30, 0.667, 0.9)
    """

    pixels: int
    truth: int
    predicted: int
    intersection: int

    def __add__(self, other: "Counts") -> "Counts":
        names = [field.name for field in fields(self)]
        return Counts(*(getattr(self, name) + getattr(other, name) for name in names))

    @property
    def union(self) -> int:
        return self.truth + self.predicted - self.intersection

    @property
    def jaccard(self) -> float | None:
        """J in 0..1; None where both masks are empty, for which it is not defined."""
        return self.intersection / self.union if self.union else None

    @property
    def accuracy(self) -> float | None:
        """P in 0..1, the share of pixels told right; None where no pixel counts."""
        wrong = self.union - self.intersection
        return 1.0 - wrong / self.pixels if self.pixels else None

    @property
    def predicted_share(self) -> float | None:
        """The share of pixels predicted as object; None where no pixel counts."""
        return self.predicted / self.pixels if self.pixels else None


QUANTITIES: dict[str, Callable[[Counts], float | None]] = {
    "J": lambda counts: counts.jaccard,
    "P": lambda counts: counts.accuracy,
    "predicted": lambda counts: counts.predicted_share,
}


def count_pixels(prediction: np.ndarray, truth: np.ndarray) -> Counts:
    """Counts the pixels of a predicted mask against those of the true one.

    Args:
        prediction: (height, width), non-zero is object.
        truth: (height, width), 0 background, 1 object, 255 void (counts nowhere).

    Raises:
        ValueError: if the two differ in size.

    Example:

    >>> count_pixels(np.array([[255, 255, 0]]), np.array([[1, 0, VOID]]))
    Counts(pixels=2, truth=1, predicted=2, intersection=1)
    """
    if prediction.shape != truth.shape:
        raise ValueError(
            "A predicted mask must have the size of the true mask. Received: "
            f"prediction.shape={prediction.shape}, truth.shape={truth.shape}"
        )
    counted = truth != VOID
    predicted = (prediction != 0) & counted
    true = (truth == 1) & counted
    masks = (counted, true, predicted, predicted & true)
    return Counts(*(int(np.count_nonzero(mask)) for mask in masks))


def averages(groups: Mapping[str, Sequence[Counts]]) -> dict[str, dict]:
    """J, P and the predicted share, each by the three averages of the field.

    Args:
        groups: the counts of every judged mask, by group.

    Returns:
        For each of `"J"`, `"P"`, `"predicted"`: `{"images": the mean over images,
        "groups": the mean over groups of a group's mean over images, "pooled": all
        pixels as one picture}`, in 0..1, None where no mask defines it.

    Example:

    >>> half, whole = Counts(10, 4, 2, 2), Counts(10, 1, 1, 1)
    >>> averages({"cat": [half, half], "cow": [whole]})["J"]["groups"]
    0.75
    """
    everything = [counts for group in groups.values() for counts in group]
    pooled = sum(everything, Counts(0, 0, 0, 0))
    return {
        name: {
            "images": _mean(map(quantity, everything)),
            "groups": _mean(_mean(map(quantity, group)) for group in groups.values()),
            "pooled": quantity(pooled),
        }
        for name, quantity in QUANTITIES.items()
    }


def emptiness(counts: Sequence[Counts]) -> dict[str, float | int | None]:
    """How often something is predicted where nothing is in common.

    Returns:
        `pictures` (how many masks), `predicted` (mean share of pixels predicted), `any`
        and `over_1_percent` (share of masks with a pixel, with over 1 % of the pixels
        predicted); shares in 0..1, None without masks.

    Example:

    >>> emptiness([Counts(100, 0, 0, 0), Counts(100, 0, 10, 0)])["any"]
    0.5
    """
    shares = [share for c in counts if (share := c.predicted_share) is not None]
    return {
        "pictures": len(shares),
        "predicted": _mean(shares),
        "any": _mean(share > 0 for share in shares),
        "over_1_percent": _mean(share > 0.01 for share in shares),
    }


def _mean(values) -> float | None:
    defined = [value for value in values if value is not None]
    return float(np.mean(defined)) if defined else None
