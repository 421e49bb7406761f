"""Arguments that several commands share, and types whose errors say what would fit."""

import argparse
from collections.abc import Callable
from pathlib import Path

from tfcoseg.signature import WORKING_SIZE


class UsageError(ValueError):
    """A command line that was typed wrongly, as only all of it together shows."""


def whole_number(at_least: int, at_most: int | None = None) -> Callable[[str], int]:
    """The type of an argument that is a whole number between two others."""
    limits = f"at least {at_least}"
    if at_most is not None:
        limits += f" and at most {at_most}"

    def convert(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = None
        small = number is None or number < at_least
        if small or (at_most is not None and number > at_most):
            raise argparse.ArgumentTypeError(
                f"must be a whole number, {limits}. Received: {text}"
            )
        return number

    return convert


def working_size(text: str) -> int:
    """The type of an argument that is a size at which the network runs."""
    from tfcoseg.inference.limits import MAX_WORKING_SIZE, MIN_WORKING_SIZE

    return whole_number(MIN_WORKING_SIZE, MAX_WORKING_SIZE)(text)


def probability(text: str) -> float:
    """The type of an argument that is a number from 0 to 1."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(
            f"must be a number from 0 to 1. Received: {text}"
        )
    return number


def not_negative(text: str) -> float:
    """The type of an argument that is a number, 0 or more."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise argparse.ArgumentTypeError(
            f"must be a number, 0 or more. Received: {text}"
        )
    return number


def colour(text: str) -> tuple[int, int, int]:
    """The type of an argument that is a colour: a name or #rrggbb."""
    from PIL import ImageColor

    try:
        return ImageColor.getrgb(text)[:3]
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"must be a colour like white or #ffcc00. Received: {text}"
        ) from error


def names(text: str) -> list[str]:
    """The type of an argument that is a list of names: a,b,c."""
    found = [name.strip() for name in text.split(",") if name.strip()]
    if not found:
        raise argparse.ArgumentTypeError(
            f"must be names with commas between them. Received: {text!r}"
        )
    return found


def add_number(
    add: Callable[..., object],
    name: str,
    default: float,
    kind: Callable[[str], float],
    text: str,
) -> None:
    """Adds an argument that is a number, and says its default."""
    add(
        name,
        type=kind,
        default=default,
        metavar="N",
        help=f"{text} (default: %(default)s)",
    )


def add_file_arguments(parser: argparse.ArgumentParser, ending: str) -> None:
    """Adds the one file that a command writes, and `--overwrite`."""
    parser.add_argument(
        "file", type=Path, metavar="FILE", help=f"what to write: x{ending}"
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace FILE if it exists already"
    )


def add_engine_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what runs a model: `--engine` and `--threads`."""
    parser.add_argument(
        "--engine",
        choices=("auto", "litert", "tensorflow"),
        default="auto",
        help="what computes: litert, for coseg and .tflite files, starts at once; "
        "tensorflow, for all but .tflite files, uses a GPU; auto takes litert where "
        "it can unless there is a GPU (default: %(default)s)",
    )
    parser.add_argument(
        "--threads",
        type=whole_number(1),
        metavar="N",
        help="threads to compute with (default: one per core, with litert up to 4)",
    )


def add_model_arguments(
    parser: argparse.ArgumentParser, size: int | None = WORKING_SIZE
) -> None:
    """Adds what a `Predictor` is made of: `--weights`, `--size` and `--threshold`.

    Args:
        parser: of the command.
        size: working size if none is given; None if something else decides then.
    """
    default = "as the protocol says" if size is None else "%(default)s"
    parser.add_argument(
        "--weights",
        default="coseg",
        metavar="coseg|FILE",
        help="the weights that come with the package, a .keras, .weights.h5 or .tflite "
        "file, or the folder of an exported SavedModel (default: %(default)s)",
    )
    parser.add_argument(
        "--size",
        type=working_size,
        default=size,
        metavar="N",
        help=f"side in pixels of the square the network sees (default: {default})",
    )
    add_threshold_argument(parser)


def add_min_score_argument(parser: argparse.ArgumentParser) -> None:
    """Adds `--min-score`."""
    parser.add_argument(
        "--min-score",
        type=probability,
        metavar="X",
        help="probability, 0 to 1, that a picture shows the common object, below which "
        "its mask is empty; 0 empties none (default: what the weights were calibrated "
        "for)",
    )


def add_threshold_argument(parser: argparse.ArgumentParser) -> None:
    """Adds `--threshold`."""
    parser.add_argument(
        "--threshold",
        type=probability,
        default=0.5,
        metavar="T",
        help="probability, 0 to 1, from which a pixel is object (default: %(default)s)",
    )
