"""`tfcoseg export savedmodel`: a version for TensorFlow Serving."""

import argparse
from pathlib import Path
from typing import Any

from tfcoseg.cli.arguments import whole_number, working_size
from tfcoseg.signature import MAX_SERVED_PIXELS, WORKING_SIZE

HELP = """\
Write the next version of a model for TensorFlow Serving: DIR/1, DIR/2, ...

A server that watches DIR takes it into use. The signatures are serving_default (pixels
in, probabilities out), serve_bytes (encoded pictures of any sizes in, masks as PNG
out), serve_group_bytes (the same for a group), and encode, refer, correlate, decode and
verify, the stages of the network. In assets.extra are warm-up records, the card of the
weights, and the signatures in JSON.

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
        "--batching",
        choices=("none", "in-graph"),
        default="none",
        help="in-graph: concurrent requests of serve_bytes share a batch, whatever "
        "sizes their pictures have; slower on CPUs, meant for GPUs, where it was not "
        "measured (default: %(default)s)",
    )
    add(
        "--size",
        type=working_size,
        default=WORKING_SIZE,
        metavar="N",
        help="side in pixels of the square the network sees in serve_bytes and "
        "serve_group_bytes (default: %(default)s)",
    )
    add(
        "--max-pixels",
        type=whole_number(1),
        default=MAX_SERVED_PIXELS,
        metavar="N",
        help="serve_bytes and serve_group_bytes refuse pictures of more pixels before "
        "they decode them, and decode sizes of more (default: %(default)s)",
    )


def check(args: argparse.Namespace) -> None:
    """Raises the error for what cannot be written."""
    from tfcoseg.cli.outputs import make_folder

    make_folder(args.folder)


def export(args: argparse.Namespace, model: Any, card: dict[str, Any]) -> str:
    """Writes the version; returns what there is to say of it."""
    from tfcoseg.export import export_saved_model

    version = export_saved_model(
        model,
        args.folder,
        batching=args.batching,
        working_size=args.size,
        max_pixels=args.max_pixels,
        card=card,
    )
    return str(version)
