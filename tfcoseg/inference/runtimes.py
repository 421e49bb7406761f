"""The engines that can run the network for a `Predictor`.

An engine takes square pictures and gives masks of the same size, descriptors of what
they cover, and scores of these descriptors. What lies between is the engine's own
affair, except for the entries of an encoded picture that
`tfcoseg.inference.partners` makes its partners of.
"""

import os
import sys
from typing import Any

from tfcoseg.inference.keras_runtime import KerasRuntime, load_keras_model
from tfcoseg.inference.model_paths import check_model_path, runtime_of
from tfcoseg.inference.stages import StagesRuntime
from tfcoseg.inference.threads import limit_tensorflow

_METHODS = ("encode", "refer", "correlate", "decode", "score")


def load_runtime(model: Any, runtime: str = "auto", threads: int | None = None) -> Any:
    """Returns the engine for what a user calls a model.

    Args:
        model: a Keras model of `tfcoseg.applications`; the name of weights that come
            with the package (`"coseg"`, or one version: `"coseg-v3"`); the path of a
            whole saved model (`.keras`), of weights from `save_weights`
            (`.weights.h5`), of an exported LiteRT file (`.tflite`) or of an exported
            SavedModel (its folder); or an engine.
        runtime: what runs it: `"keras"`, `"saved_model"`, `"litert"`, or `"auto"`,
            which goes by the model.
        threads: how many threads compute; None for one per core, with LiteRT up to 4.
            TensorFlow settles that once for a process.

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
    # Where Keras has not been imported, nothing can be a model of it.
    keras = sys.modules.get("keras")
    if keras is not None and isinstance(model, keras.Model):
        limit_tensorflow(threads)
        return KerasRuntime(model)
    raise TypeError(
        "`model` must be a keras.Model built by tfcoseg.applications, 'coseg', or the "
        "path of a .keras, .weights.h5 or .tflite file or of an exported SavedModel. "
        f"Received: {type(model).__name__}"
    )


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
    if threads is not None and (not isinstance(threads, int) or threads < 1):
        raise ValueError(
            "`threads` must be a whole number of at least 1, or None. Received: "
            f"{threads!r}"
        )


def _load_keras(name, threads):
    limit_tensorflow(threads)
    return KerasRuntime(load_keras_model(name))


def _load_litert(path, threads):
    from tfcoseg.inference.litert import load_stages

    return StagesRuntime(load_stages(path, threads))


def _load_saved_model(folder, threads):
    from tfcoseg.inference.saved_model import load_stages

    limit_tensorflow(threads)
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
