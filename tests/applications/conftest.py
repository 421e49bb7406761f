"""A network of few weights, which is built in no time."""

import keras
import numpy as np
import pytest

from tfcoseg.applications import CoSeg

LAYERS = {"features": "sixteenth", "descriptors": "deep", "skips": ("quarter",)}
FEW = {"filters": 6, "kernel_sizes": (3, 5), "decoder_filters": (8, 4)}


@pytest.fixture(scope="session")
def backbone():
    """Three convolutions of random weights, on images of 0..255."""
    keras.utils.set_random_seed(0)
    convolution = keras.layers.Conv2D
    options = {"padding": "same", "activation": "relu"}
    layers = [
        keras.Input((None, None, 3)),
        keras.layers.Rescaling(1 / 128, -1),
        convolution(8, 5, strides=4, name="quarter", **options),
        convolution(16, 5, strides=4, name="sixteenth", **options),
        convolution(12, 3, name="deep", **options),
    ]
    return keras.Sequential(layers, name="three")


@pytest.fixture(scope="session")
def build(backbone):
    """Builds the network with the weights of the first that was built."""

    def build(**options):
        model = CoSeg(backbone, **LAYERS | FEW | options)
        if options.get("descriptors", "deep") is not None:
            first = first_of.setdefault("weights", model.get_weights())
            model.set_weights(first)
        return model

    first_of = {}
    return build


@pytest.fixture(scope="session")
def small(build):
    return build()


@pytest.fixture(scope="session")
def pair():
    """Two images of different sizes, which share nothing."""
    random = np.random.default_rng(0)
    sizes = {"image_a": (64, 80), "image_b": (49, 70)}
    return {
        name: random.uniform(0, 255, (1, *size, 3)).astype("float32")
        for name, size in sizes.items()
    }
