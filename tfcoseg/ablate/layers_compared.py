"""The two layers whose cost is compared, and what they are given."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from tfcoseg.ablate.non_local import NonLocal
from tfcoseg.layers import PyramidXCorr

# Those of EfficientNet-Lite2's features, and of the base; see `NonLocal` for the width.
CHANNELS, FILTERS, WIDTH = 840, 256, 101
NAMES = ("correlation", "non_local")


def make_layer(name: str) -> keras.layers.Layer:
    """The correlation, or attention with as many parameters to one percent."""
    if name == "correlation":
        return PyramidXCorr(FILTERS)
    return NonLocal(FILTERS, WIDTH)


def make_pair(side: int) -> list[tf.Tensor]:
    """Features of a pair of images, random, at batch 1."""
    shape = (1, side, side, CHANNELS)
    return [tf.random.stateless_normal(shape, (0, seed)) for seed in (0, 1)]


def make_training(name: str) -> Callable[..., Any]:
    """The graph of a call, and of the gradients of its inputs and weights."""
    layer = make_layer(name)

    @tf.function(reduce_retracing=False)
    def train(features_a, features_b):
        with tf.GradientTape() as tape:
            tape.watch((features_a, features_b))
            value = sum(tf.reduce_sum(x * x) for x in layer(features_a, features_b))
        weights = [weight.value for weight in layer.trainable_weights]
        return tape.gradient(value, [features_a, features_b, *weights])

    layer.build(*[(None, None, None, CHANNELS)] * 2)
    return train
