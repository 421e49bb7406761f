"""What a predictor returns."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tfcoseg.pictures import resize_soft_mask

# Below this score the network is not sure that the common object is in the image.
FOUND_SCORE = 0.5


def is_found(mask: np.ndarray, score: float) -> bool:
    """Whether the common object was found in an image: some mask, and a sure one.

    Example:

    >>> mask = np.array([[0, 255]], np.uint8)
    >>> is_found(mask, 0.9), is_found(mask, 0.2), is_found(0 * mask, 0.9)
    (True, False, False)
    """
    return bool(mask.any()) and score >= FOUND_SCORE


@dataclass(frozen=True, eq=False)
class Encoded:
    """A picture that has been through the encoder, to be compared with any others.

    Attributes:
        tensors: what the runtime made of it; `"kernel"` is what its partners need.
        size: the picture's own (height, width), which its masks will have.
    """

    tensors: dict[str, Any]
    size: tuple[int, int]


@dataclass(frozen=True, eq=False)
class PairResult:
    """The common object of two pictures; every array has its picture's (height, width).

    Attributes:
        mask_a, mask_b: uint8, 255 on the object and 0 elsewhere.
        soft_mask_a, soft_mask_b: float32, the probability of the object, 0..1.
        score_a, score_b: how sure the network is that the common object is in the
            picture, 0..1.
    """

    mask_a: np.ndarray
    mask_b: np.ndarray
    soft_mask_a: np.ndarray
    soft_mask_b: np.ndarray
    score_a: float
    score_b: float


@dataclass(frozen=True, eq=False)
class Find:
    """What was found in one picture of a group, before it has the picture's size.

    Attributes:
        soft_mask: float32 (working size, working size), 0..1.
        score: how sure the network is that the common object is in the picture, 0..1.
        size: the picture's own (height, width).
        membership: the probability that the picture shows what the others do, or None
            where that is not asked: in a pair, or beside an anchor.
        outlier: whether that is too little, so that its mask is to be empty.
    """

    soft_mask: np.ndarray
    score: float
    size: tuple[int, int]
    membership: float | None = None
    outlier: bool = False

    def finish(
        self, threshold: float, size: tuple[int, int] | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """The mask, uint8 of 0 and 255, and the soft mask; no network.

        Args:
            threshold: the probability, 0..1, from which a pixel belongs to the mask;
                that of an outlier is empty.
            size: (height, width) of both; None for the picture's own.
        """
        soft_mask = resize_soft_mask(self.soft_mask, size or self.size)
        mask = np.uint8(255) * (soft_mask >= threshold)
        return (np.zeros_like(mask) if self.outlier else mask), soft_mask


@dataclass(frozen=True, eq=False)
class GroupResult:
    """The object that a group of pictures have in common, in the order of the pictures.

    Attributes:
        masks, soft_masks, scores: one each per picture, as in `PairResult`; the mask of
            an outlier is empty.
        memberships: for each picture the probability that it shows what the others do;
            None where there are but two distinct pictures: neither can be outvoted.
        outliers: for each picture whether that is below the threshold for outliers.
    """

    masks: list[np.ndarray]
    soft_masks: list[np.ndarray]
    scores: list[float]
    memberships: list[float | None]
    outliers: list[bool]


@dataclass(frozen=True, eq=False)
class Explanation:
    """Where two pictures resemble each other, for each level of the pyramid.

    Attributes:
        levels_a, levels_b: from the kernel's side to a float32 map of the picture's own
            (height, width): the correlation of this picture's features with the other's
            kernel, averaged over channels.
    """

    levels_a: dict[int, np.ndarray]
    levels_b: dict[int, np.ndarray]
