"""What a path, or a name, can stand for as a model; no TensorFlow."""

import os
from pathlib import Path

from tfcoseg.embedded import EMBEDDED_WEIGHTS, embedded_weights_path


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
