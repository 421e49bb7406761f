"""What a command that finds masks reads, writes and says, wherever they come from."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # NumPy takes longer than all of --help
    import numpy as np

# Pictures without the object that are named in a line.
_MOST_NAMES = 5


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
    """Adds what may be written in addition to the masks."""
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
    paths: Sequence[str],
    areas: Sequence[float],
    scores: Sequence[float],
    anchored: bool = False,
) -> str:
    """What was found in some pictures, in one line.

    Args:
        paths: of the pictures.
        areas: fraction of each one's pixels that its mask covers, 0..1; 0 where the
            object was not found.
        scores: for each the probability that it shows the object, 0..1.
        anchored: whether each picture was compared with an anchor; otherwise two are a
            pair, of one score.
    """
    if len(paths) != 2 or anchored:
        return _of_group(_labels(paths), areas, scores)
    if not any(areas):
        return absence(paths, scores[0])
    shares = (
        f"{_percent(area)} of {label}" if area else f"nothing in {label}"
        for label, area in zip(_labels(paths), areas)
    )
    start = "common object" if all(areas) else "common object in one picture only"
    return f"{start}: {', '.join(shares)} (probability {scores[0]:.2f})"


def absence(paths: Sequence[str], score: float) -> str:
    """That a pair has no object in common, or that a picture does not show the group's.

    Args:
        paths: of the pair, or of the one picture.
        score: the probability, 0..1, that the object is there.
    """
    names = " and ".join(_labels(paths))
    start = "no common object in" if len(paths) == 2 else "the common object is not in"
    return f"{start} {names} (probability {score:.2f})"


def _of_group(labels, areas, scores):
    """In how many pictures it is, and in which it is not."""
    without = [
        f"{label} (probability {score:.2f})"
        for label, area, score in zip(labels, areas, scores)
        if not area
    ]
    line = f"common object in {len(labels) - len(without)} of {len(labels)} pictures"
    if not without:
        return line
    more = len(without) - _MOST_NAMES
    rest = f" and {more} more" if more > 0 else ""
    return (
        f"{line}; the common object is not in {', '.join(without[:_MOST_NAMES])}{rest}"
    )


def _labels(paths):
    """What the pictures are called: by name only, if that tells them apart."""
    names = [os.path.basename(path) for path in paths]
    return names if len(set(names)) == len(set(paths)) else paths


def _percent(share):
    return f"{100 * share:.0f} %" if share >= 0.01 else "under 1 %"
