"""Makes `keras.models.load_model` know the package's classes once both are imported.

Keras finds classes of others only after their decorators have run. `import tfcoseg`
shall not import Keras, which takes seconds, so they run when Keras is imported.
"""

import contextlib
import importlib
import importlib.abc
import importlib.util
import sys

_ROOMS = ("layers", "losses", "metrics")


class _AfterKeras(importlib.abc.MetaPathFinder):
    """Finds Keras where it is, and imports our classes behind it."""

    def find_spec(self, name, path=None, target=None):
        if name != "keras":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def load_both(module):
                load(module)
                _register_classes()

            spec.loader.exec_module = load_both
        return spec


def _register_classes() -> None:
    """Imports every class that a saved model may hold."""
    # Where TensorFlow is missing, or Keras has another backend, nobody is kept from
    # importing Keras: the error comes when a model is wanted.
    with contextlib.suppress(ImportError):
        for room in _ROOMS:
            importlib.import_module(f"tfcoseg.{room}")


def _register_with_keras() -> None:
    """Does so now if Keras is imported, otherwise as soon as it is."""
    if "keras" in sys.modules:
        _register_classes()
    else:
        sys.meta_path.insert(0, _AfterKeras())
