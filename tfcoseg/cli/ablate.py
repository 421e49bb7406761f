"""`tfcoseg ablate`: what each part of the network is worth."""

import argparse
import contextlib
import os
import sys
from pathlib import Path

import tfcoseg
from tfcoseg.cli.ablate_arguments import add_ablate_arguments
from tfcoseg.cli.outputs import check_outputs, make_folder
from tfcoseg.cli.progress import progress_bar
from tfcoseg.cli.quiet import quiet_tensorflow
from tfcoseg.files import write_json

HELP = """\
Measure what each part of the network is worth, by training without it.

Every cell of the table differs in one thing from the cell that it is compared with, in
most cases the base. The heads of all cells are trained on the same cached features of a
frozen encoder, for the same number of steps, and judged on held-out pictures of --data,
and on --validation without the first pictures of each group, by kinds of object that
--data has and has not: with the right partner and with one of another kind, with and
without verification. J is judged at the size of the cached features, not the pictures'
own. The output folder gets a row per finished cell and seed (results.json); an
interrupted command resumes after the last one, another adds cells and seeds.

examples:
  tfcoseg ablate --list
  tfcoseg ablate --data a --validation b --output table
  tfcoseg ablate --data a --validation b --output table --cells base,non-local --seeds 1
  tfcoseg ablate --claims centre --validation b --output table
  tfcoseg ablate --claims cost --output table
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of this command."""
    add_ablate_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    if args.list:
        return _list()
    if args.output is None:
        raise ValueError("Expected a folder for the figures: pass --output DIR")
    make_folder(args.output)
    return _measure_claim(args) if args.claims else _fill_table(args)


def _list():
    with quiet_tensorflow():
        from tfcoseg.ablate import CELLS
    width = max(len(cell.name) for cell in CELLS)
    for cell in CELLS:
        beside = "" if cell.beside == "base" else f" (beside {cell.beside})"
        print(f"{cell.name.ljust(width)}  {cell.change}{beside}")
    return 0


def _fill_table(args):
    if not args.data:
        raise ValueError("Expected pictures to train on: pass --data DIR")
    with quiet_tensorflow():
        from tfcoseg import ablate
    keys = (
        "skip_first validation_share void_value backbone_weights size views steps "
        "batch_size learning_rate weight_decay"
    )
    settings = ablate.Settings(
        data=tuple(args.data),
        validation=tuple(args.validation),
        **{key: getattr(args, key) for key in keys.split()},
    )
    with _bars_on_stderr(args.quiet):
        rows = ablate.run(
            args.output,
            settings,
            args.cells,
            args.seeds,
            progress_bar(args.quiet),
            None if args.quiet else _tell,
            verbose=0 if args.quiet else 1,
        )
    print(ablate.format_table(rows, args.markdown))
    print(f"\n{ablate.format_caption(rows, settings)}")
    diverged = [f"{r['cell']} (seed {r['seed']})" for r in rows if r["loss"] is None]
    if diverged:
        print(f"The loss did not stay finite: {', '.join(diverged)}", file=sys.stderr)
    return 1 if diverged else 0


def _tell(row):
    """A line for each finished cell, for those who read a log."""
    figures = [
        f"J {name} {of['J']:.1f}"
        for name, of in row["figures"].items()
        if of["J"] is not None
    ]
    seconds = sum(row["seconds"].values())
    line = f"{row['cell']}, seed {row['seed']}: {', '.join(figures)}; {seconds:.0f} s"
    print(line, file=sys.stderr)


def _measure_claim(args):
    if args.claims == "centre" and not args.validation:
        raise ValueError("Expected pictures to measure on: pass --validation DIR")
    if args.data or args.cells or args.seeds != (0,) or args.markdown:
        raise ValueError(
            "Expected --claims without what is about the table: --data, --cells, "
            "--seeds and --markdown"
        )
    name = f"claims-{args.claims}.json"
    check_outputs(args.output, [name], (), args.overwrite)
    figures, table = (_centre if args.claims == "centre" else _cost)(args)
    print(table)
    about = {"tfcoseg": tfcoseg.__version__}
    write_json(args.output / name, about | figures, args.overwrite)
    return 0


def _centre(args):
    with quiet_tensorflow():
        from tfcoseg.ablate.claims import format_peaks
        from tfcoseg.ablate.peaks import measure_peaks
        from tfcoseg.ablate.pictures import rest_of_groups
        from tfcoseg.applications import load_model
        from tfcoseg.provenance import describe_weights

        model = load_model(args.weights)
    weights = describe_weights(args.weights)
    records = rest_of_groups(args.validation, args.skip_first, args.void_value)
    peaks = measure_peaks(model, records, args.size, progress_bar(args.quiet))
    settings = {
        "weights": f"{weights.name}, sha256 {weights.sha256[:16]}",
        "data": [Path(root).resolve().name for root in args.validation],
        "skip_first": args.skip_first,
        "size": args.size,
        "unit": "percent",
    }
    return settings | peaks, format_peaks(peaks)


def _cost(args):
    with quiet_tensorflow():
        from tfcoseg.ablate.claims import format_cost
        from tfcoseg.ablate.cost import compare_cost

    costs = compare_cost(repeats=args.repeats, progress=progress_bar(args.quiet))
    load = round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None
    return {"repeats": args.repeats, "load": load, "maps": costs}, format_cost(costs)


@contextlib.contextmanager
def _bars_on_stderr(quiet):
    """Keras' progress bars are no result: they belong on stderr, or nowhere."""
    with open(os.devnull, "w") as nowhere:
        with contextlib.redirect_stdout(nowhere if quiet else sys.stderr):
            yield
