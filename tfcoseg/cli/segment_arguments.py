"""The arguments of `tfcoseg segment`, and what contradicts what."""

import argparse
from pathlib import Path

from tfcoseg.cli.arguments import (
    UsageError,
    add_engine_arguments,
    add_min_score_argument,
    add_model_arguments,
    colour,
    not_negative,
)
from tfcoseg.cli.drawings import add_drawing_arguments, add_writing_arguments

STANDARD = "-"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of this command."""
    _add_inputs(parser)
    _add_outputs(parser)
    add_model_arguments(parser)
    add_min_score_argument(parser)
    add_engine_arguments(parser)
    add_writing_arguments(parser)


def _add_inputs(parser):
    add = parser.add_argument
    add(
        "inputs",
        nargs="*",
        metavar="PICTURE",
        help="pictures, folders of pictures, or patterns like 'photos/*.jpg'; - is a "
        "picture that comes through standard input",
    )
    add(
        "--groups",
        metavar="DIR",
        help="a group of each folder in this one, instead of PICTUREs",
    )
    add(
        "--pairs",
        metavar="FILE",
        help="a group of each row of this CSV table, image_a,image_b[,name], with "
        "paths from the table's folder, instead of PICTUREs",
    )
    add(
        "--anchor",
        metavar="PICTURE",
        help="cut out the object of this one, wherever it is in the others: each is "
        "compared with it alone, and one other will do",
    )
    add("--recursive", action="store_true", help="look into folders inside folders")
    add(
        "--watch",
        type=not_negative,
        nargs="?",
        const=5.0,
        metavar="SECONDS",
        help="when done, look every so many seconds for pictures that have come, gone "
        "or changed, and do what follows from it, until stopped (without a number: 5)",
    )


def _add_outputs(parser):
    add = parser.add_argument
    add(
        "--output",
        type=Path,
        default=Path("."),
        metavar="DIR",
        help="folder for what is written, made if need be (default: this one); - "
        "writes the mask of the first picture to standard output, or its cut-out or "
        "overlay",
    )
    add_drawing_arguments(parser)
    add(
        "--background",
        type=colour,
        metavar="COLOUR",
        help="a ground for the cut-outs instead of a transparent one: white, '#ffcc00'",
    )
    add(
        "--soft",
        action="store_true",
        help="also write the probabilities, as 16-bit grey: a_soft.png",
    )
    add(
        "--sheet",
        action="store_true",
        help="also write each group on one picture: contact_sheet.png",
    )
    add(
        "--explain",
        action="store_true",
        help="also write where two pictures resemble each other, for each level of the "
        "pyramid: a_correlation_11.png, ...",
    )
    add(
        "--coco",
        type=Path,
        metavar="FILE",
        help="also write the masks as one JSON file in the format of COCO, in which "
        "each group is a category",
    )
    add(
        "--json",
        action="store_true",
        help="print a line of JSON per picture, as results.json holds it",
    )


def check_arguments(args: argparse.Namespace) -> None:
    """Refuses what does not go together.

    Raises:
        UsageError: if the pictures are said in no way or in two, or an option has no
            meaning beside another.
    """
    ways = [bool(args.inputs), args.groups is not None, args.pairs is not None]
    if sum(ways) != 1:
        raise UsageError(
            "Expected pictures or folders, or --groups DIR, or --pairs FILE: one of "
            f"the three. Received: {'more than one' if any(ways) else 'none'}"
        )
    refused = {
        "--anchor with --pairs": args.anchor and args.pairs,
        "--background without --cutout": args.background and not args.cutout,
        "--explain with --groups, --pairs or --anchor": args.explain
        and (args.groups or args.pairs or args.anchor),
        "- more than once": args.inputs.count(STANDARD) > 1,
    }
    if to_pipe(args):
        refused |= {
            "--output - with --json": args.json,
            "--output - with --coco": args.coco,
            "--output - with --groups or --pairs": args.groups or args.pairs,
            "--output - with --soft, --sheet or --explain": args.soft
            or args.sheet
            or args.explain,
        }
    if args.watch is not None:
        refused |= {
            "--watch with -": STANDARD in args.inputs or to_pipe(args),
            "--watch with --explain": args.explain,
            "--watch 0": args.watch == 0,
        }
    for what, wrong in refused.items():
        if wrong:
            raise UsageError(f"{what} has no meaning; leave one of the two out")


def to_pipe(args: argparse.Namespace) -> bool:
    """Whether what is written goes to standard output."""
    return str(args.output) == STANDARD
