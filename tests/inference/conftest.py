"""A network that has not been trained, yet answers to what it sees."""

import keras
import numpy as np
import pytest

from tfcoseg.applications import CoSegMobileNetV2
from tfcoseg.inference import Predictor
from tfcoseg.pictures import resize_image


@pytest.fixture(scope="module")
def model():
    """Random weights that keep the signal's strength from layer to layer.

    With Keras' own initial weights MobileNetV2's features are about 1e-12, since batch
    normalisation in inference mode does not normalise yet: no partner would matter.
    """
    keras.utils.set_random_seed(0)
    model = CoSegMobileNetV2(weights=None)
    generator = np.random.default_rng(0)
    for weight in model.weights:
        if weight.name != "kernel":
            continue
        shape = weight.shape
        inputs = np.prod(shape[:2] if "depthwise" in weight.path else shape[:3])
        weight.assign(generator.normal(size=shape) * np.sqrt(2.0 / inputs))
    return model


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
