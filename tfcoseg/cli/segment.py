"""`tfcoseg segment`: two pictures in, their masks out."""

import argparse
import glob
import os
from pathlib import Path

from tfcoseg.cli.arguments import add_model_arguments

HELP = """\
Cut out the object that two pictures have in common.

For each picture a mask is written as PNG, at the picture's own size: white on the
object, black elsewhere. It is named after the picture: a.jpg gives a_mask.png.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of this command."""
    add = parser.add_argument
    add("image_a", help="the first picture")
    add("image_b", help="the second picture")
    add(
        "--output",
        type=Path,
        default=Path("."),
        metavar="DIR",
        help="folder for what is written, made if need be (default: this one)",
    )
    _add_drawing_arguments(add)
    add_model_arguments(parser)
    add("--overwrite", action="store_true", help="replace files that exist already")
    add("--quiet", action="store_true", help="print errors only")


def _add_drawing_arguments(add):
    add(
        "--overlay",
        action="store_true",
        help="also write each picture with the object tinted: a_overlay.png",
    )
    add(
        "--cutout",
        action="store_true",
        help="also write the object on a transparent ground: a_cutout.png",
    )
    add(
        "--explain",
        action="store_true",
        help="also write where the pictures resemble each other, for each level of the "
        "pyramid: a_correlation_11.png, ...",
    )


def run(args: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    from tfcoseg.cli.outputs import check_outputs, distinct_stems, make_folder
    from tfcoseg.cli.quiet import quiet_tensorflow
    from tfcoseg.inference.runtimes import check_model_path

    images = [args.image_a, args.image_b]
    stems = distinct_stems(images)
    pictures = _read(images)
    patterns = [glob.escape(stem) + end for stem in stems for end in _endings(args)]
    check_outputs(args.output, patterns, images, args.overwrite)
    check_model_path(args.weights)
    make_folder(args.output)
    with quiet_tensorflow():
        result, levels = _find(args, pictures)
    for index, (stem, picture) in enumerate(zip(stems, pictures)):
        _write(args, stem, picture, result.masks[index], levels[index])
    if not args.quiet:
        print(_finding(_labels(images), result.masks, result.scores))
    return 0


def _endings(args):
    """The ends of the names of what is written for each picture."""
    endings = {"_mask.png": True, "_overlay.png": args.overlay}
    endings |= {"_cutout.png": args.cutout, "_correlation_*.png": args.explain}
    return [ending for ending, wanted in endings.items() if wanted]


def _read(paths):
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


def _find(args, pictures):
    """The group's result, and for each picture its correlation maps by kernel size."""
    from tfcoseg.inference import Predictor

    predictor = Predictor(args.weights, args.size, args.threshold)
    encoded = [predictor.encode(picture) for picture in pictures]
    result = predictor.predict_group(encoded)
    if not args.explain:
        return result, [{}, {}]
    explanation = predictor.explain(*encoded)
    return result, [explanation.levels_a, explanation.levels_b]


def _write(args, stem, picture, mask, levels):
    """Writes all that is wanted for one picture."""
    from tfcoseg.pictures import write_png
    from tfcoseg.visualization import cutout, heatmap, overlay

    def write(ending, drawn):
        write_png(args.output / f"{stem}_{ending}.png", drawn, args.overwrite)

    write("mask", mask)
    if args.overlay:
        write("overlay", overlay(picture, mask))
    if args.cutout:
        write("cutout", cutout(picture, mask))
    for size, level in levels.items():
        write(f"correlation_{size}", heatmap(level))


def _labels(paths):
    """What the pictures are called: by name only, if that tells them apart."""
    names = [os.path.basename(path) for path in paths]
    return names if len(set(names)) == len(set(paths)) else paths


def _finding(labels, masks, scores):
    """What was found, in one line."""
    from tfcoseg.inference import is_found

    found = [is_found(mask, score) for mask, score in zip(masks, scores)]
    parts = []
    for label, mask, score, sure in zip(labels, masks, scores, found):
        share = f"{_percent(mask)} of {label}" if mask.any() else f"nothing in {label}"
        doubt = ", unsure" if mask.any() and not sure else ""
        parts.append(f"{share} ({score:.2f}{doubt})")
    starts = ("nothing in common was found", "common object in one picture only")
    start = "common object" if all(found) else starts[any(found)]
    return f"{start}: {', '.join(parts)}"


def _percent(mask):
    percent = 100.0 * (mask > 0).mean()
    return f"{percent:.0f} %" if percent >= 1 else "under 1 %"
