"""The engine that runs a Keras model, and the loading of one."""

import os
from typing import Any

import numpy as np

from tfcoseg.embedded import embedded_weights_path
from tfcoseg.inference.model_paths import check_keras_path

_LAYERS = ("siamese_encoder", "pyramid_xcorr", "mask_decoder")


class KerasRuntime:
    """Runs a Keras model of `tfcoseg.applications`, each part of it as a graph.

    A graph is traced at the first picture of a working size, and kept. The model's
    variables are used in place, so training it further changes the answers.

    Args:
        model: a `keras.Model` with the three layers of such a model.
    """

    def __init__(self, model):
        import tensorflow as tf

        from tfcoseg.applications import endpoints

        check_layers(model)

        def decode(correlation, encoded, size):
            probabilities = endpoints.decode(model, correlation, encoded, size)
            return probabilities, endpoints.score(probabilities)

        def identity(embedding):
            return endpoints.identity_correlation(model, embedding)

        def correlate(embedding, kernel):
            return endpoints.correlate(model, embedding, kernel)

        def levels(embedding, partner_embedding):
            maps = endpoints.correlation_levels(model, embedding, partner_embedding)
            return [tf.reduce_mean(level, axis=-1) for level in maps]

        self.model = model
        self._encode = tf.function(lambda image: endpoints.encode(model, image))
        self._identity = tf.function(identity)
        self._correlate = tf.function(correlate)
        self._decode = tf.function(decode)
        self._levels = tf.function(levels)

    def encode(self, picture: np.ndarray) -> dict[str, Any]:
        """Encodes a picture, uint8 (height, width, 3)."""
        return self._encode(picture[None].astype(np.float32))

    def correlate(self, encoded: dict[str, Any], kernel: Any | None) -> Any:
        """Correlates a picture with a kernel; None switches the correlation off."""
        if kernel is None:
            return self._identity(encoded["embedding"])
        return self._correlate(encoded["embedding"], kernel)

    def decode(
        self, correlation: Any, encoded: dict[str, Any], size: tuple[int, int]
    ) -> tuple[np.ndarray, float]:
        """Returns the soft mask, float32 (height, width) = `size`, and its score."""
        probabilities, score = self._decode(correlation, encoded, size)
        return probabilities.numpy()[0, ..., 0], float(score[0])

    def levels(
        self, encoded: dict[str, Any], partner: dict[str, Any]
    ) -> dict[int, np.ndarray]:
        """The correlation with the partner's kernel of each size, (h, w) of the map."""
        sizes = self.model.get_layer("pyramid_xcorr").kernel_sizes
        maps = self._levels(encoded["embedding"], partner["embedding"])
        return {size: level.numpy()[0] for size, level in zip(sizes, maps)}


def load_keras_model(name: str | os.PathLike) -> Any:
    """The Keras model behind embedded weights, a `.keras` or a `.weights.h5` file."""
    check_keras_path(name)
    keras = _import_keras()

    from tfcoseg.applications import CoSegMobileNetV2

    if embedded_weights_path(str(name)):
        return CoSegMobileNetV2(weights=str(name))
    try:
        if str(name).endswith(".keras"):
            return keras.models.load_model(name, compile=False)
        return CoSegMobileNetV2(weights=str(name))
    # Keras raises whatever the damaged or foreign file makes it stumble over.
    except Exception as error:
        cause = str(error).strip().partition("\n")[0]
        raise ValueError(
            "Expected a model saved by this package (.keras), or weights of "
            f"CoSegMobileNetV2 (.weights.h5). Received: {name}: {cause}"
        ) from error


def check_layers(model: Any) -> None:
    """Makes sure that a model is of the kind that `tfcoseg.applications` builds.

    Raises:
        ValueError: if it lacks a layer.
    """
    names = [layer.name for layer in model.layers]
    if not set(_LAYERS) <= set(names):
        raise ValueError(
            f"`model` must have the layers {', '.join(_LAYERS)}, as those built by "
            f"tfcoseg.applications do. Received: {model.name!r} with the layers "
            f"{', '.join(names[:5])}{', ...' if len(names) > 5 else ''}"
        )


def _import_keras():
    try:
        import keras
        import tensorflow  # noqa: F401 its absence shall be told here
    except ImportError as error:
        raise ImportError(
            "Keras models need TensorFlow and Keras: pip install tensorflow keras. A "
            "LiteRT file (.tflite) needs neither. "
            f"Received: {error}"
        ) from error
    return keras
