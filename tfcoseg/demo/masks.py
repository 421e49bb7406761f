"""From a kept soft mask to a mask, at any threshold and size."""

import numpy as np

from tfcoseg.inference import Find
from tfcoseg.pictures import resize_soft_mask


def mask_at(
    find: Find, threshold: float, size: tuple[int, int] | None = None
) -> np.ndarray:
    """The mask that `Predictor.finish` gives with this threshold; no network.

    Args:
        find: what the network found; the mask of an outlier is empty.
        threshold: the probability, 0..1, from which a pixel belongs to the mask.
        size: (height, width) of the mask; None for the picture's own.

    Returns:
        uint8 (height, width), 255 on the object and 0 elsewhere.
    """
    size = find.size if size is None else size
    if find.outlier:
        return np.zeros(size, np.uint8)
    return np.uint8(255) * (resize_soft_mask(find.soft_mask, size) >= threshold)
