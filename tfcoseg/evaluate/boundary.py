"""The boundary F-measure: how well contours agree. NumPy only.

Reference: Perazzi et al., "A Benchmark Dataset and Evaluation Methodology for Video
Object Segmentation", CVPR 2016.
"""

import math

import numpy as np

from tfcoseg.signature import VOID

# How far apart contours may be, in diagonals of the image.
TOLERANCE = 0.008


def boundary_f(
    prediction: np.ndarray, truth: np.ndarray, tolerance: float = TOLERANCE
) -> float:
    """F = 2 P R / (P + R) of the contours of a predicted mask and the true one.

    P is the fraction of the predicted contour that is within the tolerance of the true
    one, R the fraction of the true contour that is within it of the predicted one.

    Args:
        prediction: (height, width), non-zero is object.
        truth: (height, width), 0 background, 1 object, 255 void, which is background in
            both masks, as in the code of the DAVIS benchmark.
        tolerance: float. In diagonals of the image, rounded up to whole pixels.
            Defaults to 0.008.

    Returns:
        F in 0..1. 1 where neither mask has a contour, 0 where one of them has none.

    Raises:
        ValueError: if the two differ in size.

    Example:

    >>> truth = np.zeros((100, 100), np.uint8)
    >>> truth[20:60, 20:60] = 1
    >>> boundary_f(np.roll(truth, 1, axis=0), truth), boundary_f(truth * 0, truth)
    (1.0, 0.0)
    """
    if prediction.shape != truth.shape:
        raise ValueError(
            "A predicted mask must have the size of the true mask. Received: "
            f"prediction.shape={prediction.shape}, truth.shape={truth.shape}"
        )
    radius = math.ceil(tolerance * math.hypot(*truth.shape))
    found = contour((prediction != 0) & (truth != VOID))
    true = contour(truth == 1)
    if not found.any() or not true.any():
        return float(not found.any() and not true.any())
    precision = np.count_nonzero(found & dilate(true, radius)) / found.sum()
    recall = np.count_nonzero(true & dilate(found, radius)) / true.sum()
    if precision + recall == 0:
        return 0.0
    return float(2 * precision * recall / (precision + recall))


def contour(mask: np.ndarray) -> np.ndarray:
    """The pixels of a mask, (height, width) of bool, that border on the other kind.

    Such are pixels whose right, lower, or lower right neighbour differs. The border of
    the image is no contour.

    Example:

    >>> contour(np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]], bool)).astype(int).tolist()
    [[1, 1, 0], [1, 1, 0], [0, 0, 0]]
    """
    padded = np.pad(mask, ((0, 1), (0, 1)), "edge")
    neighbours = padded[:-1, 1:], padded[1:, :-1], padded[1:, 1:]
    return np.any([mask != neighbour for neighbour in neighbours], axis=0)


def dilate(mask: np.ndarray, radius: int) -> np.ndarray:
    """Whether a pixel of a mask is within `radius` pixels, by Euclidean distance.

    Row by row: in the row that is d away the disk is 2 sqrt(radius^2 - d^2) + 1 wide,
    and running sums say whether there is a pixel in so wide a window.
    """
    height, width = mask.shape
    result = np.zeros_like(mask)
    sums = np.cumsum(np.pad(mask, ((0, 0), (radius + 1, radius))), 1, np.int32)
    for away in range(min(radius, height - 1) + 1):
        half = math.isqrt(radius**2 - away**2)
        first, last = radius - half, radius + half + 1
        near = sums[:, last : last + width] > sums[:, first : first + width]
        result[away:] |= near[: height - away]
        result[: height - away] |= near[away:]
    return result
