"""The weights that come with the package: their names and files; no TensorFlow."""

import os
from pathlib import Path

WEIGHTS_FOLDER = Path(__file__).parent / "applications" / "weights"

# The newest last, which is also called "coseg".
EMBEDDED_WEIGHTS = ("coseg-v3",)


def embedded_weights_path(name: str | os.PathLike) -> Path | None:
    """The file of `"coseg"` or of one version by name; None for any other name.

    Example:

    >>> embedded_weights_path("coseg").name, embedded_weights_path("mine.keras")
    ('coseg-v3.weights.h5', None)
    """
    if name == "coseg":
        name = EMBEDDED_WEIGHTS[-1]
    if name not in EMBEDDED_WEIGHTS:
        return None
    return WEIGHTS_FOLDER / f"{name}.weights.h5"


def embedded_litert_path(name: str | os.PathLike) -> Path | None:
    """The LiteRT file of the same weights; None for a name that has none.

    Example:

    >>> embedded_litert_path("coseg").name
    'coseg-v3.tflite'
    """
    weights = embedded_weights_path(name)
    if weights is None:
        return None
    path = weights.with_name(weights.name.replace(".weights.h5", ".tflite"))
    return path if path.is_file() else None
