"""A conversion must change nothing: the file gives the probabilities of its model."""

from collections.abc import Callable

import keras
import numpy as np

from tfcoseg import samples
from tfcoseg.export.signatures import predict_pair
from tfcoseg.pictures import read_image, resize_image
from tfcoseg.signature import MASK_A, MASK_B

# Heights and widths of the pairs at which a file is tried: odd and unequal ones, at
# which paddings show, and the ordinary square.
_TRIED_AT = (((129, 161), (97, 203)), ((257, 257), (257, 257)))

# The most that a probability may differ through the order of summation alone.
_TOLERANCE = 1e-4

Run = Callable[[np.ndarray, np.ndarray], list[np.ndarray]]


def check_probabilities(model: keras.Model, *ways: Run) -> None:
    """Makes sure that a file gives the probabilities of its model.

    Args:
        model: what was converted.
        ways: to run the file: of two pictures, uint8 (height, width, 3), the
            probabilities of both, (height, width).

    Raises:
        ValueError: if one gives others, or masks of other shapes.
    """
    for sizes in _TRIED_AT:
        pair = [
            resize_image(read_image(path), size)
            for path, size in zip(samples.pair(), sizes)
        ]
        expected = predict_pair(model, *(picture[None] for picture in pair))
        for way in ways:
            for name, mask in zip((MASK_A, MASK_B), way(*pair), strict=True):
                _check(name, mask, expected[name].numpy()[0, ..., 0])


def _check(name, mask, expected):
    if mask.shape != expected.shape:
        raise ValueError(
            f"{name} must have the size of its image, {expected.shape}; the conversion "
            f"went wrong. Received: {mask.shape}"
        )
    difference = float(np.abs(mask - expected).max())
    if not difference <= _TOLERANCE:
        raise ValueError(
            "The file must give the probabilities of its model to within "
            f"{_TOLERANCE}; its conversion went wrong. Received: a difference of "
            f"{difference:.2g} in {name}"
        )
