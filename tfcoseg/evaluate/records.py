"""The pictures of a folder that an evaluation can judge."""

from collections.abc import Callable, Iterable
from pathlib import Path

from tfcoseg.data.folder import Record, problem_with, scan_folder
from tfcoseg.data.folds import split_fold
from tfcoseg.data.grouping import grouped
from tfcoseg.data.pairing import without
from tfcoseg.data.printable import printable
from tfcoseg.evaluate.protocol import Protocol


def read_records(
    root: str | Path, protocol: Protocol, progress: Callable[..., Iterable]
) -> tuple[list[Record], list[str]]:
    """The pictures that can be judged, and a line on each file that can not.

    Every file is decoded once here, so that a bad one is known before pairs are made
    and its neighbour gets another partner.

    Raises:
        FileNotFoundError: if `root` has no `images/`.
        ValueError: if a wanted group does not exist.
    """
    records, problems = _scan(root, protocol)
    good: dict[str, list[Record]] = {}
    chosen = _first_of_each_group(
        without(records, protocol.leave_out), protocol.per_group
    )
    for record in progress(chosen, desc="reading", unit="picture"):
        if problem := problem_with(record):
            problems.append(problem)
        else:
            good.setdefault(record.group, []).append(record)
    problems += [
        printable(
            f"{group[0].image}: the only picture of group {name!r} that can be judged"
        )
        for name, group in good.items()
        if len(group) == 1
    ]
    return [r for group in good.values() if len(group) > 1 for r in group], problems


def _scan(root, protocol):
    """What is there; of a fold, the part that had been held out in training."""
    if protocol.folds is None:
        return scan_folder(root, protocol.void_value, protocol.groups)
    # As in training, folds are cut over all groups, whichever are wanted.
    records, problems = scan_folder(root, protocol.void_value)
    fold = protocol.folds, protocol.fold, protocol.fold_by
    wanted = {record.group for record in records}
    if protocol.groups is not None:
        if unknown := sorted(set(protocol.groups) - wanted):
            raise ValueError(
                f"`groups` must be among {sorted(wanted)} in {root}. "
                f"Received: {unknown}"
            )
        wanted = set(protocol.groups)
    _, held_out = split_fold(records, *fold)
    return [record for record in held_out if record.group in wanted], problems


def _first_of_each_group(records, count):
    return [r for group in grouped(records).values() for r in group[:count]]
