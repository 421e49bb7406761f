"""Image co-segmentation for TensorFlow and Keras.

Sub-packages are imported when they are first asked for, so that ``import tfcoseg``
needs neither TensorFlow nor Keras.
"""

import importlib

__version__ = "0.1.0"

__all__ = [
    "__version__",
    "ablate",
    "applications",
    "benchmark",
    "client",
    "data",
    "datasets",
    "evaluate",
    "export",
    "inference",
    "layers",
    "losses",
    "metrics",
    "ops",
    "pictures",
    "samples",
    "serve",
    "signature",
    "train",
    "visualization",
]


def __getattr__(name: str):
    if name in __all__:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
