"""A model again, with another implementation of its correlation."""

import keras


def with_implementation(model: keras.Model, implementation: str) -> keras.Model:
    """Returns the same model whose `PyramidXCorr` uses one implementation.

    Which one is best depends on where the model will run, not on where it is exported.

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
        return type(layer).from_config(config)

    rebuilt = keras.models.clone_model(model, clone_function=clone)
    rebuilt.set_weights(model.get_weights())
    return rebuilt
