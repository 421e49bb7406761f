"""What a command that finds masks reads, writes and says, wherever they come from."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # NumPy takes longer than all of --help
    import numpy as np


def add_picture_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the pictures, and the folder for what is written."""
    parser.add_argument("images", nargs="+", metavar="PICTURE", help="two or more")
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
    from tfcoseg.batch.drawings import Drawings
    from tfcoseg.pictures import write_png

    drawings = Drawings(args.overlay, args.cutout)
    for kind in drawings.kinds():
        path = args.output / f"{stem}_{kind}.png"
        write_png(path, drawings.draw(kind, picture, mask), args.overwrite)


def finding(
    paths: Sequence[str], areas: Sequence[float], scores: Sequence[float]
) -> str:
    """What was found in some pictures, in one line.

    Args:
        paths: of the pictures.
        areas: share of each one's pixels that is object, 0..1.
        scores: how sure it is that the object is there.
    """
    from tfcoseg.inference import FOUND_SCORE

    parts, found = [], []
    for label, area, score in zip(_labels(paths), areas, scores):
        share = f"{_percent(area)} of {label}" if area else f"nothing in {label}"
        found.append(bool(area) and score >= FOUND_SCORE)
        doubt = ", unsure" if area and not found[-1] else ""
        parts.append(f"{share} ({score:.2f}{doubt})")
    return f"{_start(found)}: {', '.join(parts)}"


def _start(found):
    """What is said first, of where the common object was found."""
    if all(found):
        return "common object"
    if not any(found):
        return "nothing in common was found"
    some = f"{sum(found)} of {len(found)} pictures"
    return f"common object in {'one picture only' if len(found) == 2 else some}"


def _labels(paths):
    """What the pictures are called: by name only, if that tells them apart."""
    names = [os.path.basename(path) for path in paths]
    return names if len(set(names)) == len(set(paths)) else paths


def _percent(share):
    return f"{100 * share:.0f} %" if share >= 0.01 else "under 1 %"
