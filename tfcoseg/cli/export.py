"""`tfcoseg export`: a model in the format of another runtime."""

import argparse
import importlib

HELP = """\
Write a model in the format of another runtime: a SavedModel for TensorFlow Serving, or
a file for LiteRT or ONNX Runtime.

examples:
  tfcoseg export savedmodel models/coseg
  tfcoseg export litert coseg.tflite --precision float16
  tfcoseg export savedmodel models/mine --weights runs/mine/best.weights.h5
  tfcoseg export savedmodel --help
"""

FORMATS = {
    "savedmodel": "for TensorFlow Serving: DIR/<next version>/",
    "litert": "for LiteRT (TFLite), on phones and small computers: one .tflite file",
    "onnx": "for ONNX Runtime: one .onnx file, a pair of any sizes",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds a sub-command for each format."""
    formats = parser.add_subparsers(
        dest="format", metavar="FORMAT", title="formats", required=True
    )
    for name, summary in FORMATS.items():
        module = importlib.import_module(f"tfcoseg.cli.export_{name}")
        subparser = formats.add_parser(
            name,
            help=summary,
            description=module.HELP,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        module.add_arguments(subparser)
        subparser.set_defaults(run_format=module.run)


def run(args: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    return args.run_format(args)
