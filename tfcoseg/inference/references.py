"""Masks of the object that people give along with a picture."""

from typing import Any

import numpy as np
from PIL import Image

from tfcoseg.pictures import read_mask


def read_reference(name: str, mask: Any, size: tuple[int, int]) -> np.ndarray:
    """A mask of the object, uint8 (height, width) of 0 and 1.

    Args:
        name: what the mask is called in an error.
        mask: a path, a Pillow image or an array (height, width); anything but 0 is the
            object.
        size: (height, width) that it must have: that of its picture.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is of another size, or empty.
    """
    if isinstance(mask, Image.Image):
        mask = np.asarray(mask)
    found = (np.asarray(mask) if isinstance(mask, np.ndarray) else read_mask(mask)) != 0
    if found.shape != tuple(size) or not found.any():
        raise ValueError(
            f"`{name}` must be a mask of its picture's size, {size[0]} x {size[1]}, "
            "(height x width) with pixels of the object, which are not 0. Received: "
            f"shape {found.shape} with {np.count_nonzero(found)} such pixels"
        )
    return found.astype(np.uint8)
