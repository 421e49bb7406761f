"""The engines that can run the network for a `Predictor`.

An engine takes square pictures and gives masks of the same size. What lies between, the
dictionary of an encoded picture and the correlation, is the engine's own affair, except
that the entry `"kernel"` is what the picture's partners need of it.
"""

import os
from pathlib import Path
from typing import Any

import numpy as np

from tfcoseg.embedded import EMBEDDED_WEIGHTS, embedded_weights_path
from tfcoseg.inference.stages import StagesRuntime

_METHODS = ("encode", "mean_kernels", "correlate", "decode")
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

        _check_layers(model)

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

    def mean_kernels(self, kernels: list[Any]) -> list[Any]:
        """For each picture of a group the mean of the other pictures' kernels."""
        import tensorflow as tf

        from tfcoseg.ops import mean_kernel_of_others

        means = mean_kernel_of_others(tf.concat(kernels, axis=0))
        return tf.split(means, len(kernels))

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


def load_runtime(model: Any, runtime: str = "auto", threads: int | None = None) -> Any:
    """Returns the engine for what a user calls a model.

    Args:
        model: a Keras model of `tfcoseg.applications`; the name of weights that come
            with the package (`"coseg"`, or one version: `"coseg-v1"`); the path of a
            whole saved model (`.keras`), of weights for `CoSegMobileNetV2`
            (`.weights.h5`), of an exported LiteRT file (`.tflite`) or of an exported
            SavedModel (its folder); or an engine.
        runtime: what runs it: `"keras"`, `"saved_model"`, `"litert"`, or `"auto"`,
            which goes by the model.
        threads: how many threads LiteRT computes with; None for one per core, up to 4.

    Raises:
        TypeError: if it is none of these.
        FileNotFoundError: if the path does not exist.
        ValueError: if the file, or the model, is of another kind, or not for this
            runtime.
    """
    check_runtime(model, runtime, threads)
    if all(callable(getattr(model, name, None)) for name in _METHODS):
        return model
    if isinstance(model, (str, os.PathLike)):
        check_model_path(model)
        return _LOADERS[runtime_of(model)](model, threads)
    import keras

    if isinstance(model, keras.Model):
        return KerasRuntime(model)
    raise TypeError(
        "`model` must be a keras.Model built by tfcoseg.applications, 'coseg', or the "
        "path of a .keras, .weights.h5 or .tflite file or of an exported SavedModel. "
        f"Received: {type(model).__name__}"
    )


def runtime_of(model: str | os.PathLike) -> str:
    """What runs a name or path: `"keras"`, `"litert"` or `"saved_model"`."""
    if embedded_weights_path(str(model)):
        return "keras"
    if str(model).endswith(".tflite"):
        return "litert"
    return "saved_model" if Path(model).is_dir() else "keras"


def check_runtime(model: Any, runtime: str, threads: int | None = None) -> None:
    """Raises the error for a runtime that does not run this model; no TensorFlow."""
    if runtime not in ("auto", *RUNTIMES):
        raise ValueError(
            f"`runtime` must be one of {['auto', *RUNTIMES]}. Received: {runtime!r}"
        )
    is_path = isinstance(model, (str, os.PathLike))
    fitting = runtime_of(model) if is_path else "keras"
    called = str(model) if is_path else type(model).__name__
    if runtime not in ("auto", fitting):
        raise ValueError(
            f"The runtime {runtime} runs {_RUNS[runtime]}. Received: {called}, which "
            f"{fitting} runs"
        )
    if threads is not None and fitting != "litert":
        raise ValueError(
            "`threads` is for LiteRT; TensorFlow takes the cores it finds. Received: "
            f"threads={threads} with {called}, which {fitting} runs"
        )


def check_model_path(model: str | os.PathLike) -> None:
    """Raises the error for a name or path that cannot be a model; no TensorFlow."""
    if (Path(model) / "saved_model.pb").is_file():
        return
    if not str(model).endswith(".tflite"):
        check_keras_path(
            model,
            ", or of a .tflite file, or of an exported SavedModel (the folder that "
            "holds saved_model.pb)",
        )
    elif not Path(model).is_file():
        raise FileNotFoundError(f"There is no such model file: {model}")


def check_keras_path(model: str | os.PathLike, others: str = "") -> None:
    """Raises the error for what cannot be a Keras model's name or path.

    Args:
        model: the name or path.
        others: what else might have been given, for the error.
    """
    if embedded_weights_path(str(model)):
        return
    if not str(model).endswith((".keras", ".weights.h5")):
        raise ValueError(
            "A model must be 'coseg' (the weights that come with the package; by "
            f"version: {', '.join(map(repr, EMBEDDED_WEIGHTS))}) or the path of a "
            f".keras or .weights.h5 file{others}. Received: {str(model)!r}"
        )
    if not Path(model).is_file():
        raise FileNotFoundError(f"There is no such model file: {model}")


def load_keras_model(name: str | os.PathLike) -> Any:
    """The Keras model behind embedded weights, a `.keras` or a `.weights.h5` file."""
    check_keras_path(name)
    import keras

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


def _load_keras(name, _):
    return KerasRuntime(load_keras_model(name))


def _load_litert(path, threads):
    from tfcoseg.inference.litert import load_stages

    return StagesRuntime(load_stages(path, threads))


def _load_saved_model(folder, _):
    from tfcoseg.inference.saved_model import load_stages

    return StagesRuntime(load_stages(folder))


_LOADERS = {
    "keras": _load_keras,
    "litert": _load_litert,
    "saved_model": _load_saved_model,
}
# The names of what can run a model; `load_runtime` tells which from the path.
RUNTIMES = tuple(_LOADERS)
_RUNS = {
    "keras": "Keras models: 'coseg', a .keras or a .weights.h5 file",
    "litert": "a .tflite file (`tfcoseg export litert` writes one)",
    "saved_model": "a SavedModel's folder (`tfcoseg export savedmodel` writes one)",
}


def _check_layers(model):
    names = [layer.name for layer in model.layers]
    if not set(_LAYERS) <= set(names):
        raise ValueError(
            f"`model` must have the layers {', '.join(_LAYERS)}, as those built by "
            f"tfcoseg.applications do. Received: {model.name!r} with the layers "
            f"{', '.join(names[:5])}{', ...' if len(names) > 5 else ''}"
        )
