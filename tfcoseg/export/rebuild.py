"""A model again, with another implementation of its comparisons."""

import keras
import tensorflow as tf


def with_implementation(model: keras.Model, implementation: str) -> keras.Model:
    """Returns the same model whose `PyramidXCorr` uses one implementation.

    Which one is best depends on where the model will run, not on where it is exported.
    With `"depthwise"`, which other runtimes need, descriptors are compared all at once,
    since they have no loops either.

    Args:
        model: a model of `tfcoseg.applications`; it is left as it is.
        implementation: `"fft"`, `"depthwise"` or another of `PyramidXCorr`'s.

    Returns:
        A model with weights, names and results of the first.

    Example:

    >>> from tfcoseg.applications import CoSegMobileNetV2
    >>> model = with_implementation(CoSegMobileNetV2(), "fft")
    >>> model.get_layer("pyramid_xcorr").implementation
    'fft'
    """

    def clone(layer):
        config = layer.get_config()
        if layer.name == "pyramid_xcorr":
            config["implementation"] = implementation
        if layer.name == "semantic_affinity" and implementation == "depthwise":
            config["chunk_size"] = None
        return type(layer).from_config(config)

    rebuilt = keras.models.clone_model(model, clone_function=clone)
    rebuilt.set_weights(model.get_weights())
    return rebuilt


def with_encoder_traced_once(model: keras.Model) -> keras.Model:
    """Makes a model's encoder one function, whatever signatures use it.

    It has most of the network's operators. Traced anew for each picture of each
    signature it takes most of an export's time, and of the time that a server loads.

    Args:
        model: a model of `tfcoseg.applications`. It is changed.

    Returns:
        The model.
    """
    encoder = model.get_layer("siamese_encoder")
    encoder.encode = tf.function(encoder.encode, autograph=False)
    return model


def encoder_layers(model: keras.Model) -> list[keras.layers.Layer]:
    """The layers of a model's backbone, and of the branch for the features if any."""
    encoder = model.get_layer("siamese_encoder")
    parts = (encoder.trunk, encoder.branch)
    return [layer for part in parts if part is not None for layer in part.layers]
