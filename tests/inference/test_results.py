"""When the common object counts as found."""

import numpy as np
import pytest

from tfcoseg.inference import is_found


@pytest.mark.parametrize(
    "pixels, score, found",
    [(10, 0.9, True), (10, 0.5, True), (10, 0.49, False), (0, 0.9, False)],
)
def test_found_means_some_mask_and_a_sure_one(pixels, score, found):
    mask = np.zeros((8, 8), np.uint8)
    mask.flat[:pixels] = 255
    assert is_found(mask, score) is found
