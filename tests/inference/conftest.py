"""A predictor without training, and pictures for it."""

import numpy as np
import pytest

from tfcoseg.inference import Predictor
from tfcoseg.pictures import resize_image


@pytest.fixture(scope="module")
def predictor(model):
    return Predictor(model, working_size=64)


@pytest.fixture(scope="module")
def pictures():
    """Three pictures of different sizes, smooth enough to survive a resize."""
    generator = np.random.default_rng(0)
    small = generator.integers(0, 256, (3, 8, 8, 3), np.uint8)
    sizes = [(50, 70), (120, 33), (64, 64)]
    return [resize_image(image, size) for image, size in zip(small, sizes)]
