"""The arguments of `tfcoseg evaluate`: which pictures, how compared, which controls."""

import argparse
import textwrap
from pathlib import Path

from tfcoseg.cli.arguments import add_min_score_argument, names, whole_number


def add_data_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what says which pictures: a folder, a benchmark, or both."""
    add = parser.add_argument
    add(
        "--data",
        type=Path,
        metavar="DIR",
        help="the folder, which is read in place; needed without --dataset",
    )
    add(
        "--dataset",
        type=_benchmark,
        metavar="NAME",
        help="the benchmark that it holds, so that published figures stand beside "
        "ours; without --data it is prepared by its builder. One of the names below",
    )
    add(
        "--data-dir",
        type=Path,
        metavar="DIR",
        help="where prepared benchmarks are (default: TFDS_DATA_DIR, or "
        "~/tensorflow_datasets)",
    )
    add(
        "--manual-dir",
        type=Path,
        metavar="DIR",
        help="where a benchmark lies as it was downloaded (default: "
        "downloads/manual there)",
    )
    parser.epilog = f"benchmarks:\n{_list_of_benchmarks()}"


def add_protocol_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what says how pictures are compared, and which are left out."""
    from tfcoseg.evaluate.partners import PAIRINGS
    from tfcoseg.evaluate.protocols import PROTOCOLS

    add = parser.add_argument
    add(
        "--protocol",
        choices=tuple(PROTOCOLS),
        help="pairs, sizes and averages as others published them; further options "
        "override it (default: ours). unseen: one of three folds of the kinds of "
        "object, for weights that were trained without it",
    )
    add(
        "--pairs",
        choices=tuple(PAIRINGS),
        help="consecutive: each picture once, with the next of its group by name, "
        "the last with the first; first: each other picture with the first of its "
        "group; all: both masks of all pairs; disjoint: of the first and second, "
        "third and fourth, without an odd last; random: each picture with one other; "
        "fives, group: each with the others of five, or of its group; inter_class: of "
        "sets of six from related groups (default: as the protocol says, "
        "consecutive)",
    )
    add(
        "--reference-masks",
        action="store_true",
        help="give the true mask of the partner, so that its object is searched for; "
        "for pairs only",
    )
    add("--groups", type=names, metavar="A,B", help="these groups only (default: all)")
    add(
        "--per-group",
        type=whole_number(2),
        metavar="N",
        help="the first N pictures of each group only, sorted by name",
    )
    add(
        "--leave-out",
        type=Path,
        metavar="FILE",
        help="pictures to ignore, a name or group/name to a line",
    )
    add(
        "--limit",
        type=whole_number(1),
        metavar="N",
        help="at most N pairs of each group, spread evenly, for a quick look",
    )
    add(
        "--void",
        type=whole_number(2, 255),
        metavar="V",
        help="value of the masks' pixels that count nowhere, usually 255; 128 in a "
        "benchmark that --dataset has prepared",
    )
    add(
        "--boundary",
        action="store_true",
        help="also measure F of the contours, within 0.8 %% of the image's diagonal, "
        "as the DAVIS benchmark does",
    )
    _add_fold_arguments(add)


def _add_fold_arguments(add):
    from tfcoseg.data.folds import FOLD_BY

    add(
        "--folds",
        type=whole_number(2),
        metavar="N",
        help="judge one of N folds only, that which `tfcoseg train` held out when it "
        "was given the same three options",
    )
    add("--fold", type=whole_number(0), metavar="I", help="which, from 0")
    add("--fold-by", choices=FOLD_BY, help="what is cut into folds")


def add_control_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the controls: what a model finds where it should not."""
    add = parser.add_argument
    add("--controls", action="store_true", help="both of the controls that follow")
    add(
        "--wrong-partner",
        action="store_true",
        help="also judge each picture with a partner of another kind, with which it "
        "should find nothing: picture i of group g with picture i of group g + 3, by "
        "name. Measures, too, how well scores tell right from wrong partners",
    )
    add(
        "--no-correlation",
        action="store_true",
        help="also make each comparison with PyramidXCorr off: the decoder gets the "
        "picture's own embedding in place of the cross-correlation. The semantic "
        "affinity with the partner stays on",
    )
    add(
        "--exclusions",
        choices=("likely",),
        help="likely: take as wrong partners only pictures of groups that are not "
        "likely to show an object in common besides, people say; other pictures have "
        "none (default: every picture has a wrong partner)",
    )
    add(
        "--exclude",
        type=Path,
        metavar="FILE",
        help="with --exclusions: groups that look alike, so that neither is a wrong "
        "partner of the other: two or more names to a line, or a table with the header "
        "`group<tab>class` (default: class_groups.tsv next to images/, if there is "
        "one)",
    )
    add_min_score_argument(parser)


def check_arguments(args: argparse.Namespace) -> None:
    """Ends the command with a usage error if arguments do not go together.

    What the protocol says of folds is filled in.
    """
    from tfcoseg.evaluate.protocols import PROTOCOLS

    if args.data is None and args.dataset is None:
        args.error("one of --data DIR and --dataset NAME is needed, or both")
    if args.data is not None and (args.data_dir or args.manual_dir):
        args.error("--data-dir and --manual-dir are for --dataset without --data")
    if args.exclude is not None and args.exclusions is None:
        args.error("--exclude is for --exclusions likely")
    declaration = PROTOCOLS[args.protocol or "ours"]
    args.folds = args.folds or declaration.folds
    args.fold_by = args.fold_by or declaration.fold_by
    if declaration.folds and args.fold is None:
        args.error(
            f"--protocol {args.protocol} needs --fold N, 0 to {args.folds - 1}: the "
            "one without which the weights were trained"
        )
    fold = args.folds, args.fold, args.fold_by
    if fold != (None, None, None) and (None in fold or args.fold >= args.folds):
        args.error(
            "--folds, --fold and --fold-by are needed together, and --fold must be "
            "from 0 to one less than --folds"
        )


def _benchmark(text):
    """The type of an argument that is the name of a benchmark, or of a part of one."""
    from tfcoseg.evaluate.benchmarks import find_benchmark

    try:
        find_benchmark(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _list_of_benchmarks():
    from tfcoseg.evaluate.benchmarks import benchmark_names

    return textwrap.fill(
        ", ".join(benchmark_names()), 80, initial_indent="  ", subsequent_indent="  "
    )
