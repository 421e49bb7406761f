"""Pictures and masks at another size, (height, width)."""

import numpy as np
from PIL import Image


def resize_image(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resizes a uint8 picture to (height, width): bilinear, antialiased.

    Example:

    >>> resize_image(np.zeros((4, 6, 3), np.uint8), (2, 3)).shape
    (2, 3, 3)
    """
    if image.shape[:2] == tuple(size):
        return image
    height, width = size
    resized = Image.fromarray(image).resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(resized)


def resize_soft_mask(mask: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resizes a float32 mask (h, w) to (height, width): bilinear, antialiased.

    Example:

    >>> resize_soft_mask(np.float32([[0, 1]]), (1, 4)).tolist()
    [[0.0, 0.25, 0.75, 1.0]]
    """
    height, width = size
    image = Image.fromarray(np.ascontiguousarray(mask, np.float32))
    return np.array(image.resize((width, height), Image.Resampling.BILINEAR))


def resize_mask(mask: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resizes a mask (h, w) of uint8 or bool to (height, width): nearest neighbour.

    Example:

    >>> resize_mask(np.uint8([[0, 1]]), (1, 4)).tolist()
    [[0, 0, 1, 1]]
    """
    height, width = size
    image = Image.fromarray(np.asarray(mask, np.uint8))
    resized = image.resize((width, height), Image.Resampling.NEAREST)
    return np.asarray(resized).astype(mask.dtype)
