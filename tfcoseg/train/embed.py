"""Trained weights as the package holds them: float16, half the size on disk.

    python -m tfcoseg.train.embed runs/mine/best.weights.h5 mine-v1.weights.h5

A float16 file loads into a float32 model; probabilities differ by a hundredth or less.

Networks are surer of the kinds of object that they were trained on than of others, of
which they then show too little. Where `evaluate --output` finds the best threshold of
pictures of other kinds to be 0.3, `--threshold 0.3` makes it 0.5, which everybody uses.
"""

import argparse
import math
import os
from pathlib import Path

import keras
import numpy as np

from tfcoseg.applications import CoSegMobileNetV2
from tfcoseg.files import check_free, replace_file, write_json
from tfcoseg.provenance import describe_weights


def write_half(
    source: str | os.PathLike,
    target: str | os.PathLike,
    threshold: float = 0.5,
    overwrite: bool = False,
) -> Path:
    """Writes the weights of a trained `CoSegMobileNetV2` in half precision.

    Beside them goes a card, `.json`, with what is known of the source.

    Args:
        source: a `.weights.h5` file, or the name of embedded weights.
        target: the file to write, ending in `.weights.h5`.
        threshold: probability of the source's masks, above 0 and below 1, that becomes
            0.5 of the target's: all logits are shifted alike.
        overwrite: whether `target` and its card may exist already.

    Returns:
        The path of `target`.

    Raises:
        ValueError: for a threshold out of range, a target of another suffix, or if a
            weight does not fit into float16.
        FileExistsError: if `target` or its card exists and `overwrite` is false.
    """
    if not 0 < threshold < 1:
        raise ValueError(
            f"`threshold` must be above 0 and below 1. Received: {threshold}"
        )
    target = Path(target)
    if not target.name.endswith(".weights.h5"):
        raise ValueError(
            f"Expected a file to write that ends in .weights.h5. Received: {target}"
        )
    card = target.with_name(target.name.removesuffix(".weights.h5") + ".json")
    check_free([target, card], overwrite)
    described = _describe(source, threshold)
    network = CoSegMobileNetV2(weights=source)
    described["features"] = network.get_layer("siamese_encoder").features
    bias = network.get_layer("mask_decoder").to_logits.bias
    bias.assign_add([math.log((1 - threshold) / threshold)])
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float16")
    try:
        half = CoSegMobileNetV2(weights=None, features=described["features"])
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
    replace_file(target, lambda new: half.save_weights(new, overwrite=True), overwrite)
    write_json(card, described, overwrite)
    return target


def _describe(source, threshold):
    weights = describe_weights(source)
    known = weights.complete and weights.trained_on is not None
    return {
        "half_of": {"name": weights.name, "sha256": weights.sha256},
        "threshold": threshold,
        "trained_on": list(dict.fromkeys(weights.trained_on)) if known else None,
        "tuned_on": list(weights.tuned_on),
    }


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tfcoseg.train.embed",
        description="Write trained weights as the package holds them.",
    )
    parser.add_argument("source", metavar="SOURCE.weights.h5")
    parser.add_argument("target", metavar="TARGET.weights.h5")
    parser.add_argument(
        "--threshold",
        type=float,
        default=0.5,
        help="probability of SOURCE that becomes 0.5 of TARGET (default: %(default)s)",
    )
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="replace TARGET and its card if they exist",
    )
    given = parser.parse_args(arguments)
    values = given.source, given.target, given.threshold, given.overwrite
    try:
        print(write_half(*values))
    except (OSError, ValueError) as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
