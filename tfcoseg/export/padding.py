"""Padding by nothing, which a converter would keep as a copy of the whole map."""

import keras

from tfcoseg.export.rebuild import encoder_layers


def without_empty_paddings(model: keras.Model) -> keras.Model:
    """Takes the zero-padding layers that pad by nothing out of a model's encoder.

    The encoder keeps such layers so that its weights and names stay those of the stock
    network. LiteRT runs them as copies, of 25 MB for a picture of 513 x 513.

    Args:
        model: a model of `tfcoseg.applications`. It is changed.

    Returns:
        The model.
    """
    for layer in encoder_layers(model):
        if isinstance(layer, keras.layers.ZeroPadding2D):
            if not any(map(any, layer.padding)):
                layer.call = _pass_on
    return model


def _pass_on(inputs):
    return inputs
