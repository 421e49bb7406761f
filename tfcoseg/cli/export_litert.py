"""`tfcoseg export litert`: a file for LiteRT (TFLite)."""

import argparse
from pathlib import Path
from typing import Any

from tfcoseg.cli.arguments import add_file_arguments

HELP = """\
Write a model as one file for LiteRT (formerly TFLite): for phones, small computers, and
Python without TensorFlow.

It takes pictures of any size, one pair at a time. Its signatures are serving_default (a
pair of pictures in, probabilities out), and encode, refer, correlate, decode and
verify, the stages of the network. Pictures are uint8 RGB (1, height, width, 3),
squeezed to 321 x 321 before, as `tfcoseg segment` does. A program that asks for no
signature runs a pair. Run it with LiteRT's Interpreter: CompiledModel must know all
sizes before it runs, and does for encode alone. The card of the weights and the
signatures, in JSON, are in it too: unzip the file to read them.

A file of less precision is written only if its masks are those of the float32 file on
the pictures of --gate, or on samples that come with the package: if their mean IoU is
0.98, or 0.93 for int8.

examples:
  tfcoseg export litert coseg.tflite
  tfcoseg export litert small.tflite --precision dynamic
  tfcoseg export litert mine.tflite --weights best.weights.h5 --precision int8 \\
    --calibrate my_pictures --gate other_pictures
  tfcoseg segment a.jpg b.jpg --weights coseg.tflite
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of this format."""
    add_file_arguments(parser, ".tflite")
    add = parser.add_argument
    add(
        "--precision",
        choices=("float32", "float16", "dynamic", "int8"),
        default="float32",
        help="float16: half the size; dynamic: a third, most weights in 8 bits; int8: "
        "computes in 8 bits (default: %(default)s)",
    )
    add(
        "--calibrate",
        type=Path,
        metavar="DIR",
        help="pictures as DIR/images/<group>/<name>.jpg, 20 pairs or so of the kind "
        "that the file is for, whose values int8 is made to hold, and by which dynamic "
        "corrects its errors (default: for int8 what was recorded for the weights that "
        "come with the package, for dynamic drawn samples)",
    )
    add(
        "--gate",
        type=Path,
        metavar="DIR",
        help="pictures, likewise, two pairs or more, on which the masks are compared "
        "with those of the float32 file (default: drawn samples)",
    )


def check(args: argparse.Namespace) -> None:
    """Raises the error for what cannot be written."""
    from tfcoseg.cli.outputs import check_file

    check_file(args.file, ".tflite", args.overwrite)
    if args.calibrate and args.precision not in ("dynamic", "int8"):
        raise ValueError(
            "--calibrate is for the precisions dynamic and int8. Received: "
            f"--precision {args.precision}"
        )
    if args.gate and args.precision == "float32":
        raise ValueError(
            "--gate compares files of less precision than float32. Received: "
            "--precision float32"
        )
    for folder in filter(None, (args.calibrate, args.gate)):
        if not (folder / "images").is_dir():
            raise FileNotFoundError(
                f"Expected a folder that holds images/<group>/. Received: {folder}"
            )


def export(args: argparse.Namespace, model: Any, card: dict[str, Any]) -> str:
    """Writes the file; returns what there is to say of it."""
    from tfcoseg.export.litert import export_litert

    exported = export_litert(
        model,
        args.file,
        args.precision,
        card=card,
        overwrite=args.overwrite,
        **_pictures(args),
    )
    return _report(exported)


def _pictures(args):
    """What `export_litert` is to look at."""
    from tfcoseg.export.gate import read_pairs
    from tfcoseg.export.statistics import read_statistics

    options = {}
    if args.gate is not None:
        options["pairs"] = read_pairs(args.gate)
    if args.calibrate is not None:
        options["calibration_pairs"] = read_pairs(args.calibrate)
    elif args.precision == "int8":
        options["statistics"] = read_statistics(args.weights)
    return options


def _report(exported):
    report = f"{exported.path}: {exported.size / 1e6:.2f} MB"
    if exported.mean_iou is None:
        return report
    return f"{report}, mean IoU {exported.mean_iou:.3f} with the float32 masks"
