"""Trained weights as the package holds them: float16, half the size on disk.

    python -m tfcoseg.train.embed runs/mine/best.weights.h5 mine-v1.weights.h5

A float16 file loads into a float32 model; probabilities differ by a hundredth or less.
"""

import os
import sys
from pathlib import Path

import keras
import numpy as np

from tfcoseg.applications import CoSegMobileNetV2


def write_half(source: str | os.PathLike, target: str | os.PathLike) -> Path:
    """Writes the weights of a trained `CoSegMobileNetV2` in half precision.

    Args:
        source: a `.weights.h5` file.
        target: the file to write, ending in `.weights.h5`; replaced if it exists.

    Returns:
        The path of `target`.

    Raises:
        ValueError: if a weight does not fit into float16.
    """
    target = Path(target)
    network = CoSegMobileNetV2(weights=source)
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float16")
    try:
        half = CoSegMobileNetV2(weights=None)
    finally:
        keras.config.set_dtype_policy(policy)
    with np.errstate(over="ignore"):  # what overflows is an error just below
        values = [weight.astype("float16") for weight in network.get_weights()]
    large = [
        weight.path
        for weight, value in zip(network.weights, values)
        if not np.isfinite(value).all()
    ]
    if large:
        raise ValueError(
            f"Every weight must be below 65504 in size to fit into float16. Received "
            f"larger ones in {large}"
        )
    half.set_weights(values)
    temporary = target.with_name(f".new-{target.name}")
    half.save_weights(temporary, overwrite=True)
    os.replace(temporary, target)
    return target


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(
            "usage: python -m tfcoseg.train.embed SOURCE.weights.h5 TARGET.weights.h5"
        )
    print(write_half(*sys.argv[1:]))
