"""What `tfcoseg evaluate` keeps and writes: its files, its cache, and the curves."""

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tfcoseg.cli.arguments import working_size

# How many of the best, median and worst masks are shown.
EXAMPLES = 6


def add_report_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds where the report goes, what may be in it, and where the work is kept."""
    from tfcoseg.evaluate.sizes import SIZES

    add = parser.add_argument
    add(
        "--output",
        type=Path,
        metavar="DIR",
        help="folder to write report.html (tables, curves and pictures on one page), "
        "results.json and contact_sheet.png (the best and worst masks) to, made if "
        "need be",
    )
    add("--overwrite", action="store_true", help="replace files that exist already")
    add(
        "--sizes",
        type=_sizes,
        metavar="N,N",
        help="also judge the pairs at these working sizes, for a curve in the report: "
        f"{','.join(map(str, SIZES))}, say",
    )
    add(
        "--cache",
        type=Path,
        metavar="DIR",
        help="folder that keeps what has been judged, 0.3 kB for a mask, but no "
        "encoded pictures: an interrupted or repeated command resumes with the next "
        "mask, unless weights, options, pictures or code have changed "
        "(default: cache in that of --output; none without)",
    )


def cache_opener(
    args: argparse.Namespace, weights_sha256: str, protocol: Any
) -> Callable[[Any], Any]:
    """The function that gives a predictor's cache, or None where nothing is kept.

    A report is asked for where an evaluation matters, and its folder is a place of the
    user's choice, so that its cache needs no asking; a look at a table leaves no files.
    """
    from tfcoseg.cli.outputs import make_folder
    from tfcoseg.evaluate.cache import open_cache

    folder = args.cache or (args.output and args.output / "cache")
    if folder is None:
        return lambda predictor: None
    make_folder(folder)
    return lambda predictor: open_cache(folder, weights_sha256, predictor, protocol)


def curves(
    evaluation: Any,
    predictor: Any,
    sizes: list[int] | None,
    cache_of: Callable[[Any], Any],
    progress: Callable[..., Iterable],
) -> dict[str, Any]:
    """J at every threshold and, if they are given, at other working sizes."""
    from tfcoseg.evaluate.sizes import evaluate_sizes
    from tfcoseg.evaluate.thresholds import threshold_curve
    from tfcoseg.inference import Predictor

    def at_size(size):
        least = predictor.min_score
        return Predictor(predictor.runtime, size, predictor.threshold, least)

    if sizes:  # its own costs nothing
        sizes = [*sizes, evaluation.working_size]
    rows = evaluate_sizes(evaluation, sizes or (), at_size, cache_of, progress)
    return {"thresholds": threshold_curve(evaluation.of_kind()), "sizes": rows}


def _sizes(text):
    """The type of an argument that is a list of working sizes."""
    return [working_size(part) for part in text.split(",")]
