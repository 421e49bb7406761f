"""Trained weights as the package holds them: float16, compressed.

    python -m tfcoseg.train.embed runs/mine/best.weights.h5 mine-v1.weights.h5

A float16 file loads into a float32 model; probabilities differ by a hundredth or less.
"""

import argparse
import os
from pathlib import Path

import h5py
import numpy as np

from tfcoseg.applications.settings import read_settings
from tfcoseg.files import check_free, replace_file, write_json
from tfcoseg.provenance import describe_weights


def write_half(
    source: str | os.PathLike,
    target: str | os.PathLike,
    overwrite: bool = False,
) -> Path:
    """Writes trained weights in half precision, and a card, `.json`, next to them.

    Args:
        source: a `.weights.h5` file of this package.
        target: the file to write, ending in `.weights.h5`.
        overwrite: bool. Whether `target` and its card may exist. Defaults to False.

    Returns:
        The path of `target`.

    Raises:
        ValueError: for a target of another suffix, a source without settings, or if a
            weight does not fit into float16.
        FileExistsError: if `target` or its card exists and `overwrite` is false.
    """
    target = Path(target)
    if not target.name.endswith(".weights.h5"):
        raise ValueError(
            f"Expected a file to write that ends in .weights.h5. Received: {target}"
        )
    card = target.with_name(target.name.removesuffix(".weights.h5") + ".json")
    check_free([target, card], overwrite)
    described = _describe(source)
    if read_settings(source) is None:
        raise ValueError(
            "Expected weights that hold the settings of their model, as `tfcoseg "
            f"train` writes them. Received: {source}"
        )
    replace_file(target, lambda new: _copy_half(source, new), overwrite)
    write_json(card, described, overwrite)
    return target


def _copy_half(source, target):
    """Copies the weights; of an optimizer in the file nothing is kept."""
    with h5py.File(source) as old, h5py.File(target, "w", libver="latest") as new:
        new.attrs.update(old.attrs)

        def copy(name, item):
            if name.startswith("optimizer"):
                return
            if isinstance(item, h5py.Group):
                new.require_group(name).attrs.update(item.attrs)
                return
            with np.errstate(over="ignore"):  # what overflows is an error just below
                values = item[()].astype(np.float16)
            if not np.isfinite(values).all():
                raise ValueError(
                    "Every weight must be below 65504 in size to fit into float16. "
                    f"Received a larger one in {name}"
                )
            # Scalars, and arrays of a few bytes, do not get smaller.
            packed = (
                {"compression": "gzip", "shuffle": True} if values.size > 64 else {}
            )
            new.create_dataset(name, data=values, **packed).attrs.update(item.attrs)

        old.visititems(copy)


def _describe(source):
    weights = describe_weights(source)
    known = weights.complete and weights.trained_on is not None
    return {
        "half_of": {"name": weights.name, "sha256": weights.sha256},
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
        "--overwrite",
        action="store_true",
        help="replace TARGET and its card if they exist",
    )
    given = parser.parse_args(arguments)
    try:
        print(write_half(given.source, given.target, given.overwrite))
    except (OSError, ValueError) as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
