"""What `tfcoseg evaluate` judges: the folder of a benchmark, and which part of it."""

import argparse
import contextlib
import importlib
import sys
import warnings
from pathlib import Path
from typing import Any

from tfcoseg.cli.progress import progress_bar


def prepare_folder(args: argparse.Namespace, benchmark: Any) -> Path:
    """The folder of a benchmark, laid out if it is not there yet."""
    from tfcoseg.cli.quiet import quiet_tensorflow
    from tfcoseg.evaluate.benchmarks import prepare

    with quiet_tensorflow():
        importlib.import_module("tfcoseg.datasets")
    if args.quiet:
        importlib.import_module("tensorflow_datasets").disable_progress_bar()
    # What TFDS tells of its work is no result: it belongs on stderr.
    with contextlib.redirect_stdout(sys.stderr), _plain_warnings(benchmark.name):
        return prepare(
            benchmark, args.data_dir, args.manual_dir, progress_bar(args.quiet)
        )


@contextlib.contextmanager
def _plain_warnings(benchmark):
    """Shows warnings without the line of code that they come from.

    That of the builder is not shown: the folder keeps all that it says, and whoever
    evaluates the folder is told.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", f"{benchmark}/", UserWarning)
        warnings.showwarning = lambda message, *_: print(message, file=sys.stderr)
        yield


def protocol_options(
    args: argparse.Namespace, folder: Path, benchmark: Any
) -> dict[str, Any]:
    """What `Protocol` takes, but for what the protocol's declaration decides."""
    from tfcoseg.data.pairing import read_ids
    from tfcoseg.evaluate.exclusions import CLASSES_FILE, read_exclusions

    exclude, classes = args.exclude, folder / CLASSES_FILE
    if exclude is None and args.exclusions and classes.is_file():
        exclude = classes
    options = {
        "groups": args.groups,
        "per_group": args.per_group,
        "void_value": args.void,
    }
    if benchmark is not None:
        of_part = benchmark.options(prepared=args.data is None)
        options |= {k: v for k, v in of_part.items() if options[k] is None}
    return {
        **options,
        "pairs": args.pairs,
        "limit": args.limit,
        "leave_out": read_ids(args.leave_out) if args.leave_out else (),
        "reference_masks": args.reference_masks,
        "wrong_partner": args.wrong_partner or args.controls,
        "exclusions": args.exclusions,
        "exclude": read_exclusions(exclude) if exclude else (),
        "no_correlation": args.no_correlation or args.controls,
        "boundary": args.boundary,
        "folds": args.folds,
        "fold": args.fold,
        "fold_by": args.fold_by,
    }
