"""What `tfcoseg evaluate` says of itself: what was asked, and of which weights."""

import argparse
import dataclasses
from pathlib import Path
from typing import Any

import tfcoseg

# What the parser keeps beside the options.
_NO_OPTIONS = "command", "run", "error"

# Options that a fold is judged by as all was; the others choose the groups or the fold,
# say where things are, or are told in another way.
CARRIED = (
    *("protocol", "pairs", "reference_masks", "limit", "leave_out", "size", "sizes"),
    *("threshold", "min_score", "controls", "wrong_partner", "no_correlation"),
    *("exclusions", "exclude", "boundary"),
)


def about(
    args: argparse.Namespace, folder: Path, benchmark: Any, weights: Any, size: int
) -> dict[str, Any]:
    """What was asked, of which weights, and whether they were trained on it."""
    from tfcoseg.provenance import fold_of, name_of_set

    given = {k: v for k, v in vars(args).items() if k not in _NO_OPTIONS}
    own_name, folder_name = name_of_set(folder), folder.resolve().name
    part = "" if own_name == folder_name else f"/{folder_name}"
    names = _names(folder, benchmark)
    fold = args.folds and fold_of(folder, args.folds, args.fold, args.fold_by)
    seen = {name for name in names if weights.has_seen([name], fold)}
    known_as = {"trained_on": seen, "tuned_on": names.intersection(weights.tuned_on)}
    return fit_for_text(
        {
            "tfcoseg": tfcoseg.__version__,
            "data": benchmark.full_name if benchmark else f"{own_name}{part}",
            "options": {**given, "size": size},
            "weights": dataclasses.asdict(weights),
            "known_as": {key: sorted(found) for key, found in known_as.items()},
            "is_training_score": bool(seen),
            "is_development_score": bool(known_as["tuned_on"]),
        }
    )


def without_published(
    args: argparse.Namespace, folder: Path, protocol: Any
) -> dict[str, Any]:
    """On a set that was trained on: no published figure, but how to do it properly."""
    from tfcoseg.data.folder import scan_folder
    from tfcoseg.evaluate.command_line import option_words
    from tfcoseg.evaluate.cross_validation import cross_validation

    # A fold is no benchmark: of one with fewer groups than the folder it may have none.
    options = {name: getattr(args, name) for name in CARRIED}
    words = option_words(fit_for_text({**options, "per_group": protocol.per_group}))
    void_value = protocol.void_value
    records, _ = scan_folder(folder, void_value)
    groups = len({record.group for record in records})
    commands = cross_validation(fit_for_text(folder), groups, words, void_value)
    return {"published": [], "cross_validation": commands}


def fit_for_text(value: Any) -> Any:
    """The same with paths as texts, and each text as any file and terminal takes it."""
    from tfcoseg.data.printable import printable

    if isinstance(value, (str, Path)):
        return printable(str(value))
    if isinstance(value, dict):
        return {key: fit_for_text(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [fit_for_text(part) for part in value]
    return value


def _names(folder, benchmark):
    """Every name of the set: the folder's, the benchmark's, and their other names."""
    from tfcoseg.evaluate.benchmarks import names_of_set
    from tfcoseg.provenance import names_of_folder

    names = names_of_folder(folder) | ({benchmark.name} if benchmark else set())
    return set().union(*map(names_of_set, names))
