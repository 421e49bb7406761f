"""The stages of an exported SavedModel, run by TensorFlow."""

import functools
import os
from collections.abc import Callable
from typing import Any

from tfcoseg.inference.stages import STAGES, Arrays


def load_stages(folder: str | os.PathLike) -> dict[str, Callable[[Arrays], Arrays]]:
    """Loads the signatures that the stages are: see `STAGES`.

    Args:
        folder: what `tfcoseg export savedmodel` wrote: a version (`DIR/1`).

    Raises:
        ValueError: if it cannot be loaded, or is no export of this package.
    """
    import tensorflow as tf

    try:
        loaded = tf.saved_model.load(os.fspath(folder))
    # The loader raises whatever a damaged or foreign file makes it stumble over.
    except Exception as error:
        cause = str(error).strip().partition("\n")[0]
        raise ValueError(
            "Expected a SavedModel, as `tfcoseg export savedmodel` writes it. "
            f"Received: {folder}: {cause}"
        ) from error
    missing = set(STAGES) - set(loaded.signatures)
    if missing:
        raise ValueError(
            f"Expected a SavedModel with the signatures {', '.join(STAGES)}, as "
            f"`tfcoseg export savedmodel` writes it. Received: {folder} with "
            f"{sorted(loaded.signatures)}"
        )
    # Each holds the whole model, whose variables would die with it.
    return {name: functools.partial(run_signature, loaded, name) for name in STAGES}


def run_signature(loaded: Any, name: str, arrays: Arrays) -> Arrays:
    """Runs a signature of what `tf.saved_model.load` returned, from arrays to arrays.

    Strings are object arrays of bytes.
    """
    import tensorflow as tf

    tensors = {key: tf.convert_to_tensor(value) for key, value in arrays.items()}
    return {k: v.numpy() for k, v in loaded.signatures[name](**tensors).items()}
