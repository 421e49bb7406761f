"""`tfcoseg export onnx`: a file for ONNX Runtime."""

import argparse
from pathlib import Path

HELP = """\
Write a model as one file for ONNX Runtime, checked by it.

It takes image_a and image_b, uint8 RGB (1, height, width, 3) of any size each, and
gives mask_a and mask_b, probabilities (1, height, width, 1), score_a and score_b. The
network runs at the size of the pictures: squeeze them to 321 x 321 before, as `tfcoseg
segment` does, for the masks that it gives.

examples:
  tfcoseg export onnx coseg.onnx
  tfcoseg export onnx mine.onnx --weights runs/mine/best.weights.h5
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of this format."""
    add = parser.add_argument
    add("file", type=Path, metavar="FILE", help="the file, usually x.onnx")
    add(
        "--weights",
        default="coseg",
        metavar="coseg|FILE",
        help="the weights that come with the package, or a .keras or .weights.h5 file "
        "(default: %(default)s)",
    )
    add("--overwrite", action="store_true", help="replace FILE if it exists already")
    add("--quiet", action="store_true", help="do not say what was written")


def run(args: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    from tfcoseg.cards import read_card
    from tfcoseg.cli.outputs import make_folder
    from tfcoseg.cli.quiet import quiet_tensorflow
    from tfcoseg.files import check_free
    from tfcoseg.inference.keras_runtime import load_keras_model
    from tfcoseg.inference.model_paths import check_keras_path

    check_keras_path(args.weights)
    check_free([args.file], args.overwrite)
    make_folder(args.file.parent)
    with quiet_tensorflow():
        from tfcoseg.export.onnx import export_onnx

        path = export_onnx(
            load_keras_model(args.weights),
            args.file,
            card=read_card(args.weights),
            overwrite=args.overwrite,
        )
    if not args.quiet:
        print(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
    return 0
