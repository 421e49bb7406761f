"""Which engine answers, LiteRT or TensorFlow, neither of which this imports."""

import os
import warnings
from pathlib import Path
from typing import Any

from tfcoseg.embedded import embedded_litert_path

ENGINES = ("auto", "litert", "tensorflow")
# What the drivers of GPUs that TensorFlow computes with put there.
_DEVICES = ("nvidia[0-9]*", "kfd", "dxg")


def choose_engine(model: Any, engine: str = "auto") -> str:
    """`"litert"` or `"tensorflow"`, for what a user calls a model.

    A `.tflite` file is LiteRT's, and the embedded weights are there for both: LiteRT
    has them unless TensorFlow may see a GPU, or LiteRT cannot be imported, of which
    there is a warning. Everything else is TensorFlow's.

    Args:
        model: as `tfcoseg.inference.Predictor` takes it.
        engine: one of `ENGINES`; `"auto"` chooses.

    Raises:
        ValueError: if there is no such engine, or if it does not run this model.

    Example:

    >>> choose_engine("mine.tflite"), choose_engine("mine.keras")
    ('litert', 'tensorflow')
    """
    if engine not in ENGINES:
        raise ValueError(
            f"`engine` must be one of {list(ENGINES)}. Received: {engine!r}"
        )
    is_path = isinstance(model, (str, os.PathLike))
    called = str(model) if is_path else type(model).__name__
    if called.endswith(".tflite"):
        if engine == "tensorflow":
            raise ValueError(f"LiteRT alone runs a .tflite file. Received: {called}")
        return "litert"
    if not is_path or embedded_litert_path(called) is None:
        if engine == "litert":
            raise ValueError(
                "LiteRT runs 'coseg' and .tflite files; `tfcoseg export litert` writes "
                f"one. Received: {called}"
            )
        return "tensorflow"
    if engine != "auto":
        return engine
    return "litert" if not has_gpu() and _can_import_litert() else "tensorflow"


def has_gpu() -> bool:
    """Whether TensorFlow may see a GPU: a driver is there, and is not hidden.

    Example:

    >>> has_gpu()
    False
    """
    if os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        return False
    return any(any(Path("/dev").glob(name)) for name in _DEVICES)


def _can_import_litert():
    from tfcoseg.inference.litert import import_interpreter

    try:
        import_interpreter()
    except ImportError as error:
        warnings.warn(
            "LiteRT cannot be imported, so TensorFlow answers, which takes seconds to "
            f"start. {error}",
            stacklevel=2,
        )
        return False
    return True
