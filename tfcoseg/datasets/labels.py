"""Ground truths as the benchmarks store them: numbers, colours, black and white."""

from pathlib import Path

import numpy as np
from PIL import Image

from tfcoseg.pictures import read_size


def read_labels(path: Path) -> np.ndarray:
    """Returns the numbers of a ground truth, (h, w); of a palette picture the indices.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is not readable, or has colours where numbers are expected.
    """
    array, mode = _read(path)
    if array.ndim != 2:
        raise ValueError(
            "Expected a ground truth of one channel, or of a palette. Received: "
            f"{path} of mode {mode}"
        )
    return array


def read_object(path: Path) -> np.ndarray:
    """Returns a ground truth of one object as (h, w) of uint8, 0 and 1.

    Files of 0 and 1 are as welcome as those of 0 to 255, of which the upper half is
    object, and grey stored as colour; of a palette picture every index but 0 is, so
    that several objects become one.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is not readable.
    """
    array, mode = _read(path)
    if array.ndim == 3:
        array = array[..., :3].max(axis=2)
    upper_half = mode != "P" and array.max(initial=0) > 1
    return (array > (127 if upper_half else 0)).astype(np.uint8)


def _read(path):
    read_size(path)  # refuses what is no picture, or too large, before it is decoded
    try:
        with Image.open(path) as image:
            return np.asarray(image), image.mode
    # Pillow's decoders raise what the bytes provoke: OSError, SyntaxError and others.
    except Exception as error:
        raise ValueError(
            f"Expected a readable ground truth. Received: {path}: {error}"
        ) from error
