"""What a predictor returns."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tfcoseg.pictures import resize_soft_mask


@dataclass(frozen=True, eq=False)
class Encoded:
    """A picture that has been through the encoder, to be compared with any others.

    Attributes:
        tensors: what the runtime made of it.
        size: the picture's own (height, width), which its masks will have.
    """

    tensors: dict[str, Any]
    size: tuple[int, int]


@dataclass(frozen=True, eq=False)
class PairResult:
    """The common object of two pictures; every array has its picture's (height, width).

    Attributes:
        mask_a, mask_b: uint8, 255 on the object and 0 elsewhere; empty where the score
            is below the predictor's `min_score`.
        soft_mask_a, soft_mask_b: float32, the probability of the object, 0..1, if the
            pictures have one in common.
        score: the probability that the pictures share a kind of object, 0..1.
        found: whether they do: see `Find.found_in`; of both masks.
    """

    mask_a: np.ndarray
    mask_b: np.ndarray
    soft_mask_a: np.ndarray
    soft_mask_b: np.ndarray
    score: float
    found: bool


@dataclass(frozen=True, eq=False)
class Find:
    """What was found in one picture, before it has the picture's size.

    Attributes:
        soft_mask: float32 (working size, working size), 0..1.
        score: the probability that the picture shows the kind of object that its
            partners show, 0..1.
        size: the picture's own (height, width).
        min_score: the score below which its mask is to be empty.
    """

    soft_mask: np.ndarray
    score: float
    size: tuple[int, int]
    min_score: float = 0.0

    @property
    def found(self) -> bool:
        """Whether the score reaches `min_score`; where it does not, masks are empty."""
        return self.score >= self.min_score

    def found_in(self, mask: np.ndarray) -> bool:
        """Whether the object counts as found: the score is enough, the mask not empty.

        Args:
            mask: from `finish`, at any threshold and size.
        """
        return self.found and bool(mask.any())

    def finish(
        self, threshold: float, size: tuple[int, int] | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """The mask, uint8 of 0 and 255, and the soft mask; no network.

        Args:
            threshold: the probability, 0..1, from which a pixel belongs to the mask.
            size: (height, width) of both; None for the picture's own.
        """
        soft_mask = resize_soft_mask(self.soft_mask, size or self.size)
        mask = np.uint8(255) * (soft_mask >= threshold)
        return (mask if self.found else np.zeros_like(mask)), soft_mask


@dataclass(frozen=True, eq=False)
class GroupResult:
    """The object that a group of pictures have in common, in the order of the pictures.

    Attributes:
        masks, soft_masks: one each per picture, as in `PairResult`; the mask of a
            picture that shows something else is empty.
        scores: for each picture the probability that it shows the kind of object that
            the others show, 0..1.
        found: for each picture whether it shows it: see `Find.found_in`.
    """

    masks: list[np.ndarray]
    soft_masks: list[np.ndarray]
    scores: list[float]
    found: list[bool]


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
