"""The engines that can run the network for a `Predictor`.

An engine takes square pictures and gives masks of the same size, descriptors of what
they cover, and scores of these descriptors. What lies between is the engine's own
affair, except for the entries of an encoded picture that
`tfcoseg.inference.partners` makes its partners of.
"""

import os
import sys
from pathlib import Path
from typing import Any

from tfcoseg.embedded import embedded_litert_path
from tfcoseg.inference.engines import choose_engine
from tfcoseg.inference.keras_runtime import KerasRuntime, load_keras_model
from tfcoseg.inference.model_paths import check_model_path
from tfcoseg.inference.stages import StagesRuntime
from tfcoseg.inference.threads import limit_tensorflow

_METHODS = ("encode", "refer", "correlate", "decode", "score")


def load_runtime(model: Any, engine: str = "auto", threads: int | None = None) -> Any:
    """Returns what runs a model, for what a user calls a model.

    Args:
        model: a Keras model of `tfcoseg.applications`; the name of weights that come
            with the package (`"coseg"`, or one version: `"coseg-v3"`); the path of a
            whole saved model (`.keras`), of weights from `save_weights`
            (`.weights.h5`), of an exported LiteRT file (`.tflite`) or of an exported
            SavedModel (its folder); or what runs one.
        engine: `"litert"`, `"tensorflow"` or `"auto"`; see
            `tfcoseg.inference.engines.choose_engine`.
        threads: how many threads compute; None for one per core, with LiteRT up to 4.
            TensorFlow settles that once for a process.

    Raises:
        TypeError: if it is none of these.
        FileNotFoundError: if the path does not exist.
        ValueError: if the file, or the model, is of another kind, or not for this
            engine.
    """
    check_threads(threads)
    if all(callable(getattr(model, name, None)) for name in _METHODS):
        return model
    if isinstance(model, (str, os.PathLike)):
        return _load(model, choose_engine(model, engine), threads)
    # Where Keras has not been imported, nothing can be a model of it.
    keras = sys.modules.get("keras")
    if keras is not None and isinstance(model, keras.Model):
        choose_engine(model, engine)
        limit_tensorflow(threads)
        return KerasRuntime(model)
    raise TypeError(
        "`model` must be a keras.Model built by tfcoseg.applications, 'coseg', or the "
        "path of a .keras, .weights.h5 or .tflite file or of an exported SavedModel. "
        f"Received: {type(model).__name__}"
    )


def check_threads(threads: int | None) -> None:
    """Raises the error for a number of threads that cannot be."""
    if threads is not None and (not isinstance(threads, int) or threads < 1):
        raise ValueError(
            "`threads` must be a whole number of at least 1, or None. Received: "
            f"{threads!r}"
        )


def _load(model, engine, threads):
    check_model_path(model)
    if engine == "litert":
        from tfcoseg.inference.litert import load_stages

        return StagesRuntime(load_stages(embedded_litert_path(model) or model, threads))
    limit_tensorflow(threads)
    if Path(model).is_dir():
        from tfcoseg.inference.saved_model import load_stages

        return StagesRuntime(load_stages(model))
    return KerasRuntime(load_keras_model(model))
