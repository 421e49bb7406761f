"""A head: from cached features of two images to their masks."""

from collections.abc import Sequence
from typing import Any

import keras

from tfcoseg.layers import SemanticAffinity
from tfcoseg.signature import MASK_A, MASK_B, REFERENCE_A, REFERENCE_B


def build_head(cell: Any, channels: Sequence[int]) -> keras.Model:
    """The layers of a cell, joined as in the whole network.

    `FeatureCache.dataset` feeds it.

    Args:
        cell: `Cell`.
        channels: of the features, of each skip, and of the descriptors.

    Returns:
        Model from "a_0", "a_1", ..., "b_0", ..., the maps of A and of B, and "like_a",
        "like_b", (batch, height, width, 1), of which only the size is used, to
        "mask_a", "mask_b", float32 probabilities of that size. With references it also
        takes "reference_a" and "reference_b", as the network does.
    """
    maps = {
        side: [
            keras.Input((None, None, count), name=f"{side}_{index}")
            for index, count in enumerate(channels)
        ]
        for side in "ab"
    }
    like = {side: keras.Input((None, None, 1), name=f"like_{side}") for side in "ab"}
    references = {}
    if cell.reference_share:
        references = {
            name: keras.Input((None, None, 1), name=name)
            for name in (REFERENCE_A, REFERENCE_B)
        }
    correlations = cell.correlation()(maps["a"][0], maps["b"][0], **references)
    affinities = None, None
    if cell.affinity:
        affinity = SemanticAffinity()
        affinities = affinity(maps["a"][-1], maps["b"][-1], **references)
    decoder = cell.decoder()
    outputs = {}
    for side, name, *partner in zip("ab", (MASK_A, MASK_B), correlations, affinities):
        correlation, affinity = partner
        seen = _seen(cell, maps[side][:-1])
        more = {} if affinity is None else {"affinity": affinity}
        logits = decoder(correlation, seen, like[side], **more)
        sigmoid = keras.layers.Activation("sigmoid", dtype="float32", name=name)
        outputs[name] = sigmoid(logits)
    inputs = [*maps["a"], *maps["b"], *like.values(), *references.values()]
    return keras.Model({tensor.name: tensor for tensor in inputs}, outputs, name="head")


def describe_head(head: keras.Model) -> dict[str, dict[str, Any]]:
    """What each layer of a head that has arguments of its own was made with.

    Returns:
        {layer's name: {"class": ..., argument: value, ...}}, fit for JSON.
    """
    described = {}
    for layer in head.layers:
        if layer.weights or isinstance(layer, SemanticAffinity):
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
