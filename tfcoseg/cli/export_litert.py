"""`tfcoseg export litert`: a file for LiteRT (TFLite)."""

import argparse
import sys
from pathlib import Path

HELP = """\
Write a model as one file for LiteRT (formerly TFLite): for phones, small computers, and
Python without TensorFlow.

It takes pictures of any size, one pair at a time. Its signatures are serving_default (a
pair of pictures in, probabilities out), and encode, correlate and decode, the stages of
the network. The card of the weights and the signatures, in JSON, are in it too: unzip
the file to read them.

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
    add = parser.add_argument
    add("file", type=Path, metavar="FILE", help="what to write: x.tflite")
    add(
        "--precision",
        choices=("float32", "float16", "dynamic", "int8"),
        default="float32",
        help="float16: half the size; dynamic: a third, most weights in 8 bits; int8: "
        "computes in 8 bits (default: %(default)s)",
    )
    add(
        "--weights",
        default="coseg",
        metavar="coseg|FILE",
        help="the weights that come with the package, or a .keras or .weights.h5 file "
        "(default: %(default)s)",
    )
    add(
        "--calibrate",
        type=Path,
        metavar="DIR",
        help="pictures as DIR/images/<group>/<name>.jpg, 20 pairs or so of the kind "
        "that the file is for, whose values int8 is made to hold (default: what was "
        "recorded for the weights that come with the package)",
    )
    add(
        "--gate",
        type=Path,
        metavar="DIR",
        help="pictures, likewise, on which the masks are compared with those of the "
        "float32 file (default: drawn samples)",
    )
    add("--overwrite", action="store_true", help="replace FILE if it exists already")
    add("--quiet", action="store_true", help="print errors only")


def run(args: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    from tfcoseg.cards import read_card
    from tfcoseg.cli.outputs import make_folder
    from tfcoseg.cli.quiet import quiet_tensorflow
    from tfcoseg.files import check_free
    from tfcoseg.inference.keras_runtime import load_keras_model
    from tfcoseg.inference.model_paths import check_keras_path

    _check_name(args.file)
    check_keras_path(args.weights)
    check_free([args.file], args.overwrite)
    make_folder(args.file.parent)
    if not args.quiet:
        print("converting the model, and comparing its masks", file=sys.stderr)
    with quiet_tensorflow():
        from tfcoseg.export.litert import export_litert

        exported = export_litert(
            load_keras_model(args.weights),
            args.file,
            args.precision,
            card=read_card(args.weights),
            overwrite=args.overwrite,
            **_pictures(args),
        )
    if not args.quiet:
        print(_report(exported))
    return 0


def _check_name(path):
    """LiteRT files are known by their ending, here and elsewhere."""
    if path.suffix != ".tflite":
        raise ValueError(f"The file's name must end in .tflite. Received: {path}")


def _pictures(args):
    """What `export_litert` is to look at, from the arguments."""
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
