"""A head: from cached features of two images to their masks."""

from collections.abc import Sequence
from typing import Any

import keras

from tfcoseg.signature import MASK_A, MASK_B


def build_head(cell: Any, channels: Sequence[int]) -> keras.Model:
    """The layers of a cell, joined as in the whole network.

    Inputs and outputs are those of `tfcoseg.train.parts.head_model`, so that
    `FeatureCache.dataset` feeds it.

    Args:
        cell: `Cell`.
        channels: of the features, then of each skip.

    Returns:
        Model from "a_0", "a_1", ..., "b_0", ..., the maps of A and of B, and "like_a",
        "like_b", (batch, height, width, 1), of which only the size is used, to
        "mask_a", "mask_b", float32 probabilities of that size.
    """
    maps = {
        side: [
            keras.Input((None, None, count), name=f"{side}_{index}")
            for index, count in enumerate(channels)
        ]
        for side in "ab"
    }
    like = {side: keras.Input((None, None, 1), name=f"like_{side}") for side in "ab"}
    correlations = cell.correlation()(maps["a"][0], maps["b"][0])
    decoder = cell.decoder()
    outputs = {}
    for side, name, correlation in zip("ab", (MASK_A, MASK_B), correlations):
        logits = decoder(correlation, _seen(cell, maps[side]), like[side])
        sigmoid = keras.layers.Activation("sigmoid", dtype="float32", name=name)
        outputs[name] = sigmoid(logits)
    inputs = [*maps["a"], *maps["b"], *like.values()]
    return keras.Model({tensor.name: tensor for tensor in inputs}, outputs, name="head")


def describe_head(head: keras.Model) -> dict[str, dict[str, Any]]:
    """What each layer of a head that has arguments of its own was made with.

    Returns:
        {layer's name: {"class": ..., argument: value, ...}}, fit for JSON.
    """
    described = {}
    for layer in head.layers:
        if layer.weights:
            config = layer.get_config()
            for name in ("name", "trainable", "dtype"):
                config.pop(name, None)
            described[layer.name] = {"class": type(layer).__name__, **config}
    return described


def _seen(cell, maps):
    """The maps that the decoder gets: features of no channels where it gets none.

    In place of skips it gets zeros of their sizes, so that it enlarges as before.
    """
    features, *skips = maps
    features = features if cell.features else features[..., :0]
    if not cell.skips:
        skips = [keras.ops.zeros_like(skip[..., :1]) for skip in skips]
    return [features, *skips]
