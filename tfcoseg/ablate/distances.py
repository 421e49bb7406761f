"""How far a response's peak is from the middle of an object."""

import numpy as np


def peak_distance(
    response: np.ndarray, mask: np.ndarray, size: int
) -> tuple[float, float]:
    """Distance of a response's peak to a mask's centroid, and whether it hits the mask.

    Args:
        response: (h, w); the first and the last of its positions lie on the first and
            the last pixel of the picture, as the model sees it. The first of equal
            maxima counts.
        mask: (height, width) of bool, with an object.
        size: height = width at which the model saw the picture.

    Returns:
        The distance in shares of the picture's diagonal, and 1.0 or 0.0.
    """
    row, column = np.unravel_index(np.argmax(response), response.shape)
    height, width = response.shape
    return distance_of(places(height, size)[row], places(width, size)[column], mask)


def places(count: int, size: int) -> np.ndarray:
    """Where the positions of a map lie, in shares of the side, as `peak_distance` says.

    Returns:
        (count,) of floats, rising.
    """
    return (np.linspace(0, size - 1, count) + 0.5) / size


def distance_of(y: float, x: float, mask: np.ndarray) -> tuple[float, float]:
    """The same for a place given in shares of height and width."""
    height, width = mask.shape
    rows, columns = np.nonzero(mask)
    away = np.hypot(
        y * height - (rows.mean() + 0.5), x * width - (columns.mean() + 0.5)
    )
    hit = mask[min(int(y * height), height - 1), min(int(x * width), width - 1)]
    return float(away / np.hypot(height, width)), float(hit)
