"""COCO's segmentations, polygons and run lengths, as masks."""

import numpy as np


def draw_segmentation(segmentation: list | dict, height: int, width: int) -> np.ndarray:
    """Returns the mask of one annotation, (height, width) of bool.

    A pixel belongs to a polygon if its centre does, which is what pycocotools aims at
    with rounded numbers: the README of this dataset says how far the two are apart.

    Args:
        segmentation: a list of polygons, [x, y, x, y, ...] each in pixels from the
            picture's corner, of which the union counts; or {"size": [height, width],
            "counts": [...]}, run lengths down the columns, background first.
        height, width: of the picture.

    Raises:
        ValueError: if it is neither, or does not fit the size.
    """
    if isinstance(segmentation, dict):
        return _from_runs(segmentation, height, width)
    mask = np.zeros((height, width), bool)
    for polygon in segmentation:
        mask |= _from_polygon(polygon, height, width)
    return mask


def _from_polygon(polygon, height, width):
    """Walks each row from the left; inside is where the outline was crossed oddly."""
    # Sums may wrap round: whether they are odd stays.
    crossings = np.zeros((height, width + 1), np.uint8)
    points = np.reshape(np.asarray(polygon, np.float64), (-1, 2))
    for (x0, y0), (x1, y1) in zip(points, np.roll(points, -1, axis=0)):
        low, high = np.ceil(np.sort([y0, y1]) - 0.5).clip(0, height).astype(int)
        rows = np.arange(low, high)  # those whose centre is between the two ends
        if rows.size:
            x = x0 + (rows + 0.5 - y0) * ((x1 - x0) / (y1 - y0))
            crossings[rows, np.ceil(x - 0.5).clip(0, width).astype(int)] += 1
    return np.cumsum(crossings, axis=1, dtype=np.uint8)[:, :width] % 2 == 1


def _from_runs(segmentation, height, width):
    counts, size = segmentation["counts"], segmentation["size"]
    if isinstance(counts, str):
        raise ValueError(
            "Expected polygons or uncompressed run lengths, as the instance files of "
            f"COCO hold. Received: compressed run lengths, {counts[:20]!r}"
        )
    if list(size) != [height, width] or sum(counts) != height * width:
        raise ValueError(
            f"Run lengths must be of the picture's size, {height} x {width}. Received: "
            f"size {size}, {sum(counts)} pixels"
        )
    values = np.arange(len(counts)) % 2 == 1
    return np.repeat(values, counts).reshape(width, height).T
