"""The engine of exported models, whatever runs them."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tfcoseg.signature import (
    CORRELATE,
    DECODE,
    DESCRIPTORS,
    EMBEDDING,
    ENCODE,
    IMAGE,
    KERNEL,
    MASK,
    MIN_SCORE,
    OBJECT,
    OBJECTS_A,
    OBJECTS_B,
    REFER,
    REFERENCE,
    SCORES,
    SIZE,
    VERIFY,
)

Arrays = dict[str, np.ndarray]
# The signatures that an exported model must have to be run stage by stage.
STAGES = (ENCODE, REFER, CORRELATE, DECODE, VERIFY)


class StagesRuntime:
    """Runs the stages of an exported model, one picture at a time.

    Args:
        stages: by name of the signature, a function from named arrays to named arrays;
            see `tfcoseg.export.signatures` for what they are.
    """

    def __init__(self, stages: Mapping[str, Callable[[Arrays], Arrays]]):
        self.stages = stages

    @functools.cached_property
    def min_score(self) -> float:
        """The score below which masks are to be empty."""
        nothing = np.zeros((1, self._channels), np.float32)
        answer = self.stages[VERIFY]({OBJECTS_A: nothing, OBJECTS_B: nothing})
        return float(np.squeeze(answer[MIN_SCORE]))

    def encode(self, picture: np.ndarray) -> Arrays:
        """Encodes a picture, uint8 (height, width, 3)."""
        encoded = self.stages[ENCODE]({IMAGE: picture[None]})
        self._channels = encoded[DESCRIPTORS].shape[-1]
        return encoded

    def refer(self, encoded: Arrays, mask: np.ndarray) -> Arrays:
        """The kernel of what a mask covers, (1, height, width, 1), and its weights."""
        inputs = {EMBEDDING: encoded[EMBEDDING], REFERENCE: mask}
        return self.stages[REFER](inputs)

    def correlate(self, encoded: Arrays, partner: Arrays) -> Arrays:
        """Compares a picture with what `partners.partner_of` made of its partner."""
        if partner[KERNEL] is None:
            partner = {**partner, KERNEL: _identity_like(encoded[KERNEL])}
        used = {name: encoded[name] for name in (EMBEDDING, DESCRIPTORS)}
        return self.stages[CORRELATE]({**used, **partner})

    def decode(
        self, correlated: Arrays, encoded: Arrays, size: tuple[int, int]
    ) -> tuple[np.ndarray, np.ndarray]:
        """The soft mask, float32 (height, width) = `size`, and what verification sees.

        The latter is the descriptor, (channels,), of what the mask covers.
        """
        maps = {k: v for k, v in encoded.items() if k not in (EMBEDDING, KERNEL)}
        inputs = {**correlated, **maps, SIZE: np.array(size, np.int32)}
        answer = self.stages[DECODE](inputs)
        mask, found = answer[MASK][0, ..., 0], answer[OBJECT][0]
        if not np.isfinite(found).all():
            raise ValueError(
                "The model must give finite numbers, so its file is damaged; write it "
                "again with `tfcoseg export`. Received: an object that is not finite"
            )
        return mask, found

    def score(self, objects_a: np.ndarray, objects_b: np.ndarray) -> np.ndarray:
        """(n, m): the probability that objects, (n, channels), (m, channels), match."""
        inputs = {OBJECTS_A: objects_a, OBJECTS_B: objects_b}
        self._channels = objects_a.shape[-1]
        return self.stages[VERIFY](inputs)[SCORES]

    def levels(self, encoded: Any, partner: Any) -> dict[int, np.ndarray]:
        """Exported models hold the summed kernel only, so this is an error."""
        raise ValueError(
            "The levels of the pyramid are not in an exported model. Use the Keras "
            "model ('coseg', a .keras or a .weights.h5 file) to explain its masks."
        )


def _identity_like(kernel):
    """The kernel that changes nothing: 1 at the centre, as `ops` centres kernels."""
    identity = np.zeros_like(kernel)
    centre = (kernel.shape[1] - 1) // 2
    identity[:, centre, centre] = 1
    return identity
