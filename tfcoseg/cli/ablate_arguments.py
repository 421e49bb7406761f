"""The arguments of `tfcoseg ablate`."""

import argparse
import functools
from pathlib import Path

from tfcoseg.cli.arguments import (
    add_number,
    names,
    not_negative,
    probability,
    whole_number,
    working_size,
)

CLAIMS = ("centre", "cost")


def add_ablate_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds all of them."""
    add = parser.add_argument
    add("--list", action="store_true", help="name the cells, train none")
    add(
        "--claims",
        choices=CLAIMS,
        help="measure instead what the paper claims beyond accuracy: whether the "
        "correlation of --weights peaks at the centre of the object in the pictures of "
        "--validation, or what it costs beside non-local attention",
    )
    _add_data_arguments(add)
    _add_cell_arguments(add)
    _add_budget_arguments(add)
    _add_claims_arguments(add)
    add(
        "--markdown",
        action="store_true",
        help="print the table as Markdown, with what each cell changes",
    )
    add("--quiet", action="store_true", help="show no progress")


def _add_data_arguments(add):
    add("--data", nargs="+", default=(), metavar="DIR", help="folders to train on")
    add(
        "--validation",
        nargs="+",
        default=(),
        metavar="DIR",
        help="more folders to judge on",
    )
    add(
        "--skip-first",
        type=whole_number(0),
        default=10,
        metavar="N",
        help="without the first N pictures of each group of --validation, by name, "
        "which benchmarks use (default: %(default)s)",
    )
    add(
        "--validation-share",
        type=probability,
        default=0.2,
        metavar="X",
        help="share of the pictures of --data held out (default: %(default)s)",
    )
    add(
        "--void",
        dest="void_value",
        type=whole_number(2, 255),
        metavar="V",
        help="value of the masks' pixels that count nowhere, usually 255",
    )
    add(
        "--output",
        type=Path,
        metavar="DIR",
        help="folder of the table: new, empty, or holding rows of the same settings",
    )


def _add_cell_arguments(add):
    add("--cells", type=names, metavar="A,B", help="these cells only (default: all)")
    add(
        "--seeds",
        type=_whole_numbers,
        default=(0,),
        metavar="0,1",
        help="seeds to train each cell with: one to screen, three for those that "
        "matter (default: 0)",
    )


def _add_budget_arguments(add):
    number = functools.partial(add_number, add)
    positive = whole_number(1)
    number("--size", 257, working_size, "side in pixels of what the encoder sees")
    number("--steps", 400, positive, "training steps of each cell")
    number("--batch-size", 8, positive, "pairs of a step")
    number("--views", 4, positive, "augmented views of each training picture")
    number("--learning-rate", 1e-3, not_negative, "highest learning rate")
    number("--weight-decay", 4e-3, not_negative, "weight decay of AdamW")
    add(
        "--backbone-weights",
        metavar="FILE",
        help="weights of the frozen encoder, an .npz file of EfficientNet-Lite2 "
        "(default: random)",
    )


def _add_claims_arguments(add):
    add(
        "--weights",
        default="coseg",
        metavar="coseg|FILE",
        help="trained network for --claims centre (default: %(default)s)",
    )
    add(
        "--repeats",
        type=whole_number(1),
        default=5,
        metavar="N",
        help="rounds of timing for --claims cost (default: %(default)s)",
    )
    add(
        "--overwrite",
        action="store_true",
        help="replace the figures of --claims if they exist already",
    )


def _whole_numbers(text):
    """The type of an argument that is a list of whole numbers: 0,1,2."""
    return tuple(whole_number(0)(part) for part in names(text))
