"""`tfcoseg segment`: two pictures in, their masks out."""

import argparse
import glob

from tfcoseg.cli.arguments import add_model_arguments, add_runtime_arguments
from tfcoseg.cli.drawings import (
    add_drawing_arguments,
    add_picture_arguments,
    add_writing_arguments,
    endings,
    finding,
    read_pictures,
    write_drawings,
)

HELP = """\
Cut out the object that two pictures have in common.

For each picture a mask is written as PNG, at the picture's own size: white on the
object, black elsewhere. It is named after the picture: a.jpg gives a_mask.png.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of this command."""
    add_picture_arguments(parser)
    add_drawing_arguments(parser)
    parser.add_argument(
        "--explain",
        action="store_true",
        help="also write where the pictures resemble each other, for each level of the "
        "pyramid: a_correlation_11.png, ...",
    )
    add_model_arguments(parser)
    add_runtime_arguments(parser)
    add_writing_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    from tfcoseg.cli.outputs import (
        check_outputs,
        check_writable,
        distinct_stems,
        make_folder,
    )
    from tfcoseg.cli.quiet import quiet_runtime
    from tfcoseg.inference.model_paths import check_model_path, runtime_of
    from tfcoseg.inference.runtimes import check_runtime

    images = [args.image_a, args.image_b]
    stems = distinct_stems(images)
    pictures = read_pictures(images)
    patterns = [glob.escape(stem) + end for stem in stems for end in _endings(args)]
    check_outputs(args.output, patterns, images, args.overwrite)
    check_model_path(args.weights)
    check_runtime(args.weights, args.runtime, args.threads)
    check_writable(args.output)
    with quiet_runtime(runtime_of(args.weights)):
        result, levels = _find(args, pictures)
    make_folder(args.output)
    for index, (stem, picture) in enumerate(zip(stems, pictures)):
        write_drawings(args, stem, picture, result.masks[index])
        _write_levels(args, stem, levels[index])
    if not args.quiet:
        print(finding(images, result.masks, result.scores))
    return 0


def _endings(args):
    """The ends of the names of what is written for each picture."""
    return endings(args) + ["_correlation_*.png"] * args.explain


def _find(args, pictures):
    """The group's result, and for each picture its correlation maps by kernel size."""
    from tfcoseg.inference import Predictor

    predictor = Predictor(
        args.weights, args.size, args.threshold, args.runtime, args.threads
    )
    encoded = [predictor.encode(picture) for picture in pictures]
    result = predictor.predict_group(encoded)
    if not args.explain:
        return result, [{}, {}]
    explanation = predictor.explain(*encoded)
    return result, [explanation.levels_a, explanation.levels_b]


def _write_levels(args, stem, levels):
    """Writes where one picture resembles the other, by kernel size."""
    from tfcoseg.pictures import write_png
    from tfcoseg.visualization import heatmap

    for size, level in levels.items():
        path = args.output / f"{stem}_correlation_{size}.png"
        write_png(path, heatmap(level), args.overwrite)
