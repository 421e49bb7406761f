"""`tfcoseg evaluate`: how good a model is on a folder of pictures with masks."""

import argparse
import dataclasses
import functools
import sys
import time
from pathlib import Path

import tfcoseg
from tfcoseg.cli.arguments import add_model_arguments, names, whole_number

HELP = """\
Measure a model on a folder of pictures with masks.

The folder holds images/<group>/<name>.jpg and masks/<group>/<name>.png. Masks are
judged at the pictures' own size: J (intersection over union of the object) by the three
averages in use (over images; over each group's mean; all pixels pooled), P (share of
pixels told right) and the share of pixels predicted, all in percent.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of this command."""
    add = parser.add_argument
    add("--data", type=Path, required=True, metavar="DIR", help="the folder")
    _add_protocol_arguments(add)
    add_model_arguments(parser)
    _add_control_arguments(add)
    add(
        "--output",
        type=Path,
        metavar="DIR",
        help="folder to write results.json and contact_sheet.png (the best and worst "
        "masks) to, made if need be",
    )
    add("--overwrite", action="store_true", help="replace files that exist already")
    add("--quiet", action="store_true", help="show no progress")


def _add_protocol_arguments(add):
    add(
        "--pairs",
        choices=("all", "consecutive"),
        default="consecutive",
        help="judge both masks of all pairs of a group, or each picture once, beside "
        "the next of its group by name, the last beside the first (default: "
        "%(default)s)",
    )
    add("--groups", type=names, metavar="A,B", help="these groups only (default: all)")
    add(
        "--per-group",
        type=whole_number(2),
        metavar="N",
        help="the first N pictures of each group only, sorted by name",
    )
    add(
        "--limit",
        type=whole_number(1),
        metavar="N",
        help="at most N pairs of each group, spread evenly, for a quick look",
    )
    add(
        "--void",
        type=whole_number(2),
        metavar="V",
        help="value of the masks' pixels that count nowhere, usually 255",
    )


def _add_control_arguments(add):
    add("--controls", action="store_true", help="all three of the controls that follow")
    add(
        "--wrong-partner",
        action="store_true",
        help="also judge each picture beside one of a group that shares nothing with "
        "it",
    )
    add(
        "--empty-pairs",
        action="store_true",
        help="also count what is predicted beside such a picture as false",
    )
    add(
        "--no-correlation",
        action="store_true",
        help="also judge each picture with the correlation switched off",
    )
    add(
        "--exclude",
        type=Path,
        metavar="FILE",
        help="groups that look alike, so that none is another's wrong partner: two or "
        "more names to a line, or a table with the header `group<tab>class` (default: "
        "class_groups.tsv beside images/, if there is one)",
    )


def run(args: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    from tfcoseg.cli.outputs import check_outputs, make_folder
    from tfcoseg.cli.quiet import quiet_tensorflow
    from tfcoseg.evaluate.report import FILES, heading, write_report
    from tfcoseg.evaluate.table import format_table
    from tfcoseg.inference.model_paths import check_model_path

    check_model_path(args.weights)
    protocol = _protocol(args)
    if args.output is not None:
        check_outputs(args.output, FILES, (), args.overwrite)
        make_folder(args.output)
    evaluation, summary = _evaluate(args, protocol, quiet_tensorflow)
    print(f"{heading(summary)}\n\n{format_table(summary)}")
    if args.output is not None:
        write_report(args.output, evaluation, summary, args.overwrite)
    for problem in evaluation.problems:
        print(problem, file=sys.stderr)
    return 1 if evaluation.problems else 0


def _protocol(args):
    from tfcoseg.evaluate import Protocol
    from tfcoseg.evaluate.exclusions import CLASSES_FILE, read_exclusions

    classes = args.data / CLASSES_FILE
    exclude = args.exclude or (classes if classes.is_file() else None)
    return Protocol(
        pairs=args.pairs,
        groups=args.groups,
        per_group=args.per_group,
        limit=args.limit,
        void_value=args.void,
        wrong_partner=args.wrong_partner or args.controls,
        empty_pairs=args.empty_pairs or args.controls,
        no_correlation=args.no_correlation or args.controls,
        exclude=read_exclusions(exclude) if exclude else (),
    )


def _evaluate(args, protocol, quiet_tensorflow):
    """The evaluation, and all that is reported of it."""
    from tqdm import tqdm

    from tfcoseg.evaluate import evaluate_folder
    from tfcoseg.evaluate.summary import summarise
    from tfcoseg.evaluate.weights import describe_weights
    from tfcoseg.inference import Predictor

    with quiet_tensorflow():
        weights = describe_weights(args.weights)
        predictor = Predictor(args.weights, args.size, args.threshold)
    # How far, at what rate, and how long it will still take; on a terminal only.
    off = True if args.quiet else None
    progress = functools.partial(tqdm, disable=off, dynamic_ncols=True, leave=False)
    start = time.monotonic()
    evaluation = evaluate_folder(predictor, args.data, protocol, progress)
    given = {k: v for k, v in vars(args).items() if k not in ("command", "run")}
    about = {
        "tfcoseg": tfcoseg.__version__,
        "data": args.data.resolve().name,
        "options": {k: str(v) if isinstance(v, Path) else v for k, v in given.items()},
        "weights": dataclasses.asdict(weights),
        "is_training_score": weights.has_seen(args.data),
        "seconds": round(time.monotonic() - start, 1),
    }
    return evaluation, {**about, **summarise(evaluation)}
