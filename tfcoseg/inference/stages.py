"""The engine of exported models, whatever runs them."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tfcoseg.signature import (
    CORRELATE,
    CORRELATION,
    DECODE,
    EMBEDDING,
    ENCODE,
    IMAGE,
    KERNEL,
    MASK,
    SCORE,
    SIZE,
)

Arrays = dict[str, np.ndarray]


class StagesRuntime:
    """Runs the signatures encode, correlate and decode, one picture at a time.

    Args:
        stages: by name of the signature, a function from named arrays to named arrays;
            see `tfcoseg.export.signatures` for what they are.
    """

    def __init__(self, stages: Mapping[str, Callable[[Arrays], Arrays]]):
        self.stages = stages

    def encode(self, picture: np.ndarray) -> Arrays:
        """Encodes a picture, uint8 (height, width, 3)."""
        return self.stages[ENCODE]({IMAGE: picture[None]})

    def correlate(self, encoded: Arrays, kernel: np.ndarray | None) -> np.ndarray:
        """Correlates a picture with a kernel; None switches the correlation off."""
        if kernel is None:
            kernel = _identity_like(encoded[KERNEL])
        inputs = {EMBEDDING: encoded[EMBEDDING], KERNEL: kernel}
        return self.stages[CORRELATE](inputs)[CORRELATION]

    def decode(
        self, correlation: np.ndarray, encoded: Arrays, size: tuple[int, int]
    ) -> tuple[np.ndarray, float]:
        """Returns the soft mask, float32 (height, width) = `size`, and its score."""
        maps = {k: v for k, v in encoded.items() if k not in (EMBEDDING, KERNEL)}
        inputs = {CORRELATION: correlation, **maps, SIZE: np.array(size, np.int32)}
        answer = self.stages[DECODE](inputs)
        mask, score = answer[MASK][0, ..., 0], float(answer[SCORE][0])
        if not math.isfinite(score):
            raise ValueError(
                "The model must give numbers from 0 to 1, so its file is damaged; "
                f"write it again with `tfcoseg export`. Received: a score of {score}"
            )
        return mask, score

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
