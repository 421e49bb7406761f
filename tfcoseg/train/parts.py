"""Parts of a network that train on cached maps of the rest, sharing its layers."""

import keras

from tfcoseg.signature import MASK_A, MASK_B


def head_model(network: keras.Model, channels: dict[int, int]) -> keras.Model:
    """The network without its encoder, sharing its layers, for cached features.

    Inputs: "a_0", "a_1", ..., "b_0", ..., the maps of A and B, and "like_a", "like_b",
    (batch, height, width, 1), of which only the size is used: that of the images.
    Outputs as the network's.
    """
    return _model(network, channels, lambda maps: maps, "head")


def upper_model(network: keras.Model, channels: dict[int, int]) -> keras.Model:
    """The network above its encoder's deepest skip, sharing its layers.

    Inputs as those of `head_model`, without "a_0" and "b_0": the features come from the
    skip "a_1" through the layers above it. They train, in inference mode; what lies
    below the skip does not, and need not be computed.
    """
    above = _InInferenceMode(network.get_layer("siamese_encoder").above_skip())
    skips = {index: count for index, count in channels.items() if index}
    return _model(network, skips, lambda maps: [above(maps[0]), *maps], "upper")


class _InInferenceMode(keras.layers.Layer):
    """A model that never uses the statistics of a batch, though it may train.

    A functional model hands its own `training` to all it consists of, whatever they
    were called with; inside a layer the word stands.
    """

    def __init__(self, model, **kwargs):
        super().__init__(**kwargs)
        self.model = model

    def call(self, inputs):
        return self.model(inputs, training=False)


def _model(network, channels, complete, name):
    """A model of cached maps {number: channels}, from which `complete` makes all."""
    maps = {
        side: [
            keras.Input((None, None, count), name=f"{side}_{index}")
            for index, count in channels.items()
        ]
        for side in "ab"
    }
    like = {side: keras.Input((None, None, 1), name=f"like_{side}") for side in "ab"}
    of = {side: complete(maps[side]) for side in "ab"}
    correlations = network.get_layer("pyramid_xcorr")(of["a"][0], of["b"][0])
    decoder = network.get_layer("mask_decoder")
    outputs = {}
    for side, mask, correlation in zip("ab", (MASK_A, MASK_B), correlations):
        logits = decoder(correlation, of[side], like[side])
        outputs[mask] = network.get_layer(mask)(logits)
    inputs = [*maps["a"], *maps["b"], *like.values()]
    return keras.Model({tensor.name: tensor for tensor in inputs}, outputs, name=name)
