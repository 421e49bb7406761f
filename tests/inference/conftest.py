"""A network that has not been trained, yet answers to what it sees."""

import keras
import numpy as np
import pytest

from tfcoseg.applications import CoSegMobileNetV2


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
