"""`tfcoseg export`: a model in the format of another runtime.

Each format is a file of this folder with `HELP`, `add_arguments(parser)`, `check(args)`
for what is known without TensorFlow, and `export(args, model, card)`, which returns
what there is to say of it.
"""

import argparse
import importlib
import sys

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
        _add_common_arguments(subparser)


def _add_common_arguments(parser):
    parser.add_argument(
        "--weights",
        default="coseg",
        metavar="coseg|FILE",
        help="the weights that come with the package, or a .keras or .weights.h5 file "
        "(default: %(default)s)",
    )
    parser.add_argument("--quiet", action="store_true", help="print errors only")


def run(args: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    from tfcoseg.cards import read_card
    from tfcoseg.cli.quiet import quiet_tensorflow
    from tfcoseg.inference.keras_runtime import load_keras_model
    from tfcoseg.inference.model_paths import check_keras_path

    module = importlib.import_module(f"tfcoseg.cli.export_{args.format}")
    check_keras_path(args.weights)
    module.check(args)
    if not args.quiet:
        print("exporting, and trying what was exported", file=sys.stderr, flush=True)
    with quiet_tensorflow():
        model, card = load_keras_model(args.weights), read_card(args.weights)
        report = module.export(args, model, card)
    if not args.quiet:
        print(report)
    return 0
