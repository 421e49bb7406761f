"""What a predictor can be asked for."""

from collections.abc import Iterable
from typing import Any

import numpy as np

# The least side at which the network runs, and the greatest that a mistake may ask for:
# memory and time grow with its square.
MIN_WORKING_SIZE, MAX_WORKING_SIZE = 32, 2048


def check_working_size(working_size: int) -> None:
    """Raises the error for a working size at which the network does not run."""
    whole = isinstance(working_size, (int, np.integer))
    if not whole or not MIN_WORKING_SIZE <= working_size <= MAX_WORKING_SIZE:
        raise ValueError(
            f"The working size must be a whole number, at least {MIN_WORKING_SIZE} and "
            f"at most {MAX_WORKING_SIZE} "
            f"(pixels). Received: {working_size!r}"
        )


def check_threshold(threshold: float, name: str = "threshold") -> None:
    """Raises the error for a threshold that is not a probability."""
    number = isinstance(threshold, (int, float, np.number))
    if not number or not 0 <= threshold <= 1:
        raise ValueError(
            f"`{name}` must be a number from 0 to 1. Received: {threshold!r}"
        )


def check_group(images: Any) -> None:
    """Raises the error for what is no list: its letters or rows are no pictures."""
    single = isinstance(images, (str, bytes)) or getattr(images, "ndim", 4) != 4
    if single or not isinstance(images, Iterable):
        shape = f" of shape {images.shape}" if hasattr(images, "shape") else ""
        raise TypeError(
            "`images` must be a list of pictures, or an array (number, height, width, "
            f"3) of them. Received: {type(images).__name__}{shape}"
        )


def check_group_size(count: int) -> None:
    """Raises the error for fewer pictures than can have anything in common."""
    if count < 2:
        raise ValueError(
            "`images` must hold at least two pictures, since a common object is "
            f"looked for. Received: {count}"
        )
