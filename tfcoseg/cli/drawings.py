"""What a command that finds masks reads, writes and says, wherever they come from."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # NumPy takes longer than all of --help
    import numpy as np


def add_picture_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the two pictures, and the folder for what is written."""
    parser.add_argument("image_a", help="the first picture")
    parser.add_argument("image_b", help="the second picture")
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("."),
        metavar="DIR",
        help="folder for what is written, made if need be (default: this one)",
    )


def add_drawing_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what may be written beside the masks."""
    parser.add_argument(
        "--overlay",
        action="store_true",
        help="also write each picture with the object tinted: a_overlay.png",
    )
    parser.add_argument(
        "--cutout",
        action="store_true",
        help="also write the object on a transparent ground: a_cutout.png",
    )


def add_writing_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds whether files may be replaced, and whether anything is said."""
    add = parser.add_argument
    add("--overwrite", action="store_true", help="replace files that exist already")
    add("--quiet", action="store_true", help="print errors only")


def endings(args: argparse.Namespace) -> list[str]:
    """The ends of the names of what `write_drawings` writes for each picture."""
    wanted = {"_mask.png": True, "_overlay.png": args.overlay}
    wanted |= {"_cutout.png": args.cutout}
    return [ending for ending in wanted if wanted[ending]]


def read_pictures(paths: Sequence[str]) -> "list[np.ndarray]":
    """Reads the pictures; the error names every one that cannot be read."""
    from tfcoseg.pictures import read_image

    pictures, problems = [], []
    for path in paths:
        try:
            pictures.append(read_image(path))
        except (OSError, ValueError) as error:
            problems.append(str(error))
    if problems:
        raise ValueError("\n".join(dict.fromkeys(problems)))
    return pictures


def write_drawings(
    args: argparse.Namespace, stem: str, picture: "np.ndarray", mask: "np.ndarray"
) -> None:
    """Writes the mask of one picture, and what else is wanted."""
    from tfcoseg.pictures import write_png
    from tfcoseg.visualization import cutout, overlay

    def write(ending, drawn):
        write_png(args.output / f"{stem}_{ending}.png", drawn, args.overwrite)

    write("mask", mask)
    if args.overlay:
        write("overlay", overlay(picture, mask))
    if args.cutout:
        write("cutout", cutout(picture, mask))


def finding(
    paths: Sequence[str], masks: "Sequence[np.ndarray]", scores: Sequence[float]
) -> str:
    """What was found in some pictures, in one line."""
    from tfcoseg.inference import is_found

    found = [is_found(mask, score) for mask, score in zip(masks, scores)]
    parts = []
    for label, mask, score, sure in zip(_labels(paths), masks, scores, found):
        share = f"{_percent(mask)} of {label}" if mask.any() else f"nothing in {label}"
        doubt = ", unsure" if mask.any() and not sure else ""
        parts.append(f"{share} ({score:.2f}{doubt})")
    starts = ("nothing in common was found", "common object in one picture only")
    start = "common object" if all(found) else starts[any(found)]
    return f"{start}: {', '.join(parts)}"


def _labels(paths):
    """What the pictures are called: by name only, if that tells them apart."""
    names = [os.path.basename(path) for path in paths]
    return names if len(set(names)) == len(set(paths)) else paths


def _percent(mask):
    percent = 100.0 * (mask > 0).mean()
    return f"{percent:.0f} %" if percent >= 1 else "under 1 %"
