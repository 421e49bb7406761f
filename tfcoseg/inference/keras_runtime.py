"""The engine that runs a Keras model, and the loading of one."""

import functools
import os
from typing import Any

import numpy as np

from tfcoseg.embedded import embedded_weights_path
from tfcoseg.inference.model_paths import check_keras_path
from tfcoseg.signature import DESCRIPTORS, EMBEDDING

_LAYERS = ("siamese_encoder", "pyramid_xcorr", "mask_decoder")


class KerasRuntime:
    """Runs a Keras model of `tfcoseg.applications`, each part of it as a graph.

    A graph is traced at the first picture of a working size, and kept; one serves all
    sizes of groups and masks. The model's variables are used in place, so training it
    further changes the answers.

    Args:
        model: a `keras.Model` with the three layers of such a model.
    """

    def __init__(self, model):
        import tensorflow as tf

        from tfcoseg.applications import endpoints
        from tfcoseg.ops.implementations import forward_alone

        check_layers(model)

        def correlate(encoded, partner):
            with forward_alone():
                return endpoints.correlate(model, encoded, partner)

        def decode(correlated, encoded, size):
            mask = endpoints.decode(model, correlated, encoded, size)
            if not verified:
                return mask, tf.zeros((1, 1))
            return mask, endpoints.pooled_object(model, encoded[DESCRIPTORS], mask)

        def levels(embedding, partner_embedding):
            maps = endpoints.correlation_levels(model, embedding, partner_embedding)
            return [tf.reduce_mean(level, axis=-1) for level in maps]

        verified = endpoints.has_verification(model)
        self.model = model
        self._verification = model.get_layer("verification") if verified else None
        self._encode = tf.function(lambda image: endpoints.encode(model, image))
        # The number of partners and the size of a mask differ from call to call.
        any_size = functools.partial(tf.function, reduce_retracing=True)
        self._refer = any_size(lambda *given: endpoints.refer(model, *given))
        self._correlate = any_size(correlate)
        self._decode = tf.function(decode)
        self._levels = tf.function(levels)

    @property
    def min_score(self) -> float:
        """The score below which masks are to be empty."""
        return float(self._verification.min_score) if self._verification else 0.0

    def encode(self, picture: np.ndarray) -> dict[str, Any]:
        """Encodes a picture, uint8 (height, width, 3)."""
        return self._encode(picture[None].astype(np.float32))

    def refer(self, encoded: dict[str, Any], mask: np.ndarray) -> dict[str, Any]:
        """The kernel of what a mask covers, (1, height, width, 1), and its weights."""
        return self._refer(encoded[EMBEDDING], mask)

    def correlate(
        self, encoded: dict[str, Any], partner: dict[str, Any]
    ) -> dict[str, Any]:
        """Compares a picture with what `partners.partner_of` made of its partner."""
        used = {
            name: encoded[name] for name in (EMBEDDING, DESCRIPTORS) if name in encoded
        }
        return self._correlate(used, partner)

    def decode(
        self, correlated: Any, encoded: dict[str, Any], size: tuple[int, int]
    ) -> tuple[np.ndarray, np.ndarray]:
        """The soft mask, float32 (height, width) = `size`, and what verification sees.

        The latter is the descriptor, (channels,), of what the mask covers.
        """
        mask, found = self._decode(correlated, encoded, size)
        return mask.numpy()[0, ..., 0], found.numpy()[0]

    def score(self, objects_a: np.ndarray, objects_b: np.ndarray) -> np.ndarray:
        """(n, m): the probability that objects, (n, channels), (m, channels), match."""
        if self._verification is None:
            return np.ones((len(objects_a), len(objects_b)))
        return self._verification.score(objects_a[:, None], objects_b[None]).numpy()

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

    from tfcoseg.applications import load_model
    from tfcoseg.layers.global_settings import check_global_settings

    check_global_settings()
    if embedded_weights_path(str(name)):
        return load_model(str(name))
    try:
        if str(name).endswith(".keras"):
            return keras.models.load_model(name, compile=False)
        return load_model(str(name))
    # Keras raises whatever the damaged or foreign file makes it stumble over.
    except Exception as error:
        cause = str(error).strip().partition("\n")[0]
        raise ValueError(
            "Expected a model (.keras) or weights (.weights.h5) saved by this package. "
            f"Received: {name}: {cause}"
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
        import tensorflow  # noqa: F401 so that the error is raised here
    except ImportError as error:
        raise ImportError(
            "Keras models need TensorFlow and Keras: pip install tensorflow keras. A "
            "LiteRT file (.tflite) needs neither. "
            f"Received: {error}"
        ) from error
    return keras
