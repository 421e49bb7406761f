"""`tfcoseg export onnx`: a file for ONNX Runtime."""

import argparse
from typing import Any

from tfcoseg.cli.arguments import add_file_arguments

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
    add_file_arguments(parser, ".onnx")


def check(args: argparse.Namespace) -> None:
    """Raises the error for what cannot be written."""
    from tfcoseg.cli.outputs import check_file

    check_file(args.file, ".onnx", args.overwrite)


def export(args: argparse.Namespace, model: Any, card: dict[str, Any]) -> str:
    """Writes the file; returns what there is to say of it."""
    from tfcoseg.export.onnx import export_onnx

    path = export_onnx(model, args.file, card=card, overwrite=args.overwrite)
    return f"{path}: {path.stat().st_size / 1e6:.2f} MB"
