"""What a predictor returns."""

from dataclasses import dataclass
from typing import Any

import numpy as np

# Below this score the network is not sure that the common object is in the image.
FOUND_SCORE = 0.5


def is_found(mask: np.ndarray, score: float) -> bool:
    """Whether the common object was found in an image: some mask, and a sure one."""
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
class GroupResult:
    """The object that a group of pictures have in common, in the order of the pictures.

    Attributes:
        masks, soft_masks, scores: one each per picture, as in `PairResult`.
    """

    masks: list[np.ndarray]
    soft_masks: list[np.ndarray]
    scores: list[float]


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
