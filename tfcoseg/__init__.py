"""Image co-segmentation for TensorFlow and Keras.

For masks of pictures begin with `tfcoseg.inference.Predictor`; for the network, to
train it or to build upon it, with `tfcoseg.applications`. Sub-packages are imported
when they are first asked for, so that `import tfcoseg` needs neither TensorFlow nor
Keras.

Example:

>>> import tfcoseg
>>> predictor = tfcoseg.inference.Predictor()
>>> result = predictor.predict(*tfcoseg.samples.pair())
>>> result.mask_a.shape, result.mask_a.dtype.name
((360, 480), 'uint8')
"""

import importlib

from tfcoseg._registration import _register_with_keras

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


_register_with_keras()
