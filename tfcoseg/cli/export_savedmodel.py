"""`tfcoseg export savedmodel`: a version for TensorFlow Serving."""

import argparse
import sys
from pathlib import Path

from tfcoseg.cli.arguments import whole_number, working_size
from tfcoseg.signature import MAX_SERVED_PIXELS, WORKING_SIZE

HELP = """\
Write the next version of a model for TensorFlow Serving: DIR/1, DIR/2, ...

A server that watches DIR takes it into use. The signatures are serving_default (pixels
in, probabilities out), serve_bytes (encoded pictures of any sizes in, masks as PNG
out), and encode, correlate and decode, the stages of the network. In assets.extra are
warm-up records, the card of the weights, and the signatures in JSON.

examples:
  tfcoseg export savedmodel models/coseg
  tfcoseg export savedmodel models/coseg --batching in-graph
  tfcoseg export savedmodel models/mine --weights runs/mine/best.weights.h5
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of this format."""
    add = parser.add_argument
    add("folder", type=Path, metavar="DIR", help="the model's folder, made if need be")
    add(
        "--weights",
        default="coseg",
        metavar="coseg|FILE",
        help="the weights that come with the package, or a .keras or .weights.h5 file "
        "(default: %(default)s)",
    )
    add(
        "--batching",
        choices=("none", "in-graph"),
        default="none",
        help="in-graph: concurrent requests of serve_bytes share a batch, whatever "
        "sizes their pictures have; meant for GPUs (default: %(default)s)",
    )
    add(
        "--size",
        type=working_size,
        default=WORKING_SIZE,
        metavar="N",
        help="side in pixels of the square the network sees in serve_bytes (default: "
        "%(default)s)",
    )
    add(
        "--max-pixels",
        type=whole_number(1),
        default=MAX_SERVED_PIXELS,
        metavar="N",
        help="serve_bytes refuses pictures of more pixels before it decodes them "
        "(default: %(default)s)",
    )
    add("--quiet", action="store_true", help="print errors only")


def run(args: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    from tfcoseg.cards import read_card
    from tfcoseg.cli.outputs import make_folder
    from tfcoseg.cli.quiet import quiet_tensorflow
    from tfcoseg.inference.keras_runtime import load_keras_model
    from tfcoseg.inference.model_paths import check_keras_path

    check_keras_path(args.weights)
    make_folder(args.folder)
    if not args.quiet:
        print("writing a version, and trying its warm-up records", file=sys.stderr)
    with quiet_tensorflow():
        from tfcoseg.export import export_saved_model

        version = export_saved_model(
            load_keras_model(args.weights),
            args.folder,
            batching=args.batching,
            working_size=args.size,
            max_pixels=args.max_pixels,
            card=read_card(args.weights),
        )
    if not args.quiet:
        print(version)
    return 0
