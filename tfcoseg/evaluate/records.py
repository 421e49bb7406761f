"""The pictures of a folder that an evaluation can judge."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tfcoseg.data.folder import Record, problem_with, scan_folder
from tfcoseg.data.folds import split_fold
from tfcoseg.data.grouping import grouped
from tfcoseg.data.pairing import without
from tfcoseg.data.printable import printable
from tfcoseg.evaluate.protocol import Protocol
from tfcoseg.pictures import is_picture_name


@dataclass(frozen=True)
class Found:
    """What an evaluation found in a folder.

    Attributes:
        records: the pictures that can be judged, two or more of each group.
        problems: a line on each file or group that cannot be used.
        lost: whether a picture is among these, and not just groups without any.
        alone: pictures that can be used, but have no other of their group beside them
            since the protocol leaves none.
        none_chosen: whether the protocol leaves no two pictures of any group, though
            there are some.
    """

    records: list[Record]
    problems: list[str]
    lost: bool
    alone: int
    none_chosen: bool


def read_records(
    root: str | Path, protocol: Protocol, progress: Callable[..., Iterable]
) -> Found:
    """The pictures that can be judged, and a line on each file that can not.

    Every file is decoded once here, so that a bad one is known before pairs are made
    and its neighbour gets another partner.

    Raises:
        FileNotFoundError: if `root` has no `images/`.
        ValueError: if a wanted group does not exist.
    """
    records, problems, there = _scan(root, protocol)
    records = without(records, protocol.leave_out)
    chosen = {k: g[: protocol.per_group] for k, g in grouped(records).items()}
    every = [record for group in chosen.values() for record in group]
    good: dict[str, list[Record]] = {}
    for record in progress(every, desc="reading", unit="picture"):
        if problem := problem_with(record):
            problems.append(problem)
        else:
            good.setdefault(record.group, []).append(record)
    alone = {name: group[0] for name, group in good.items() if len(group) == 1}
    problems += [
        printable(
            f"{record.image}: the only picture of group {name!r} that can be judged"
        )
        for name, record in alone.items()
        if len(chosen[name]) > 1
    ]
    return Found(
        records=[r for name, g in good.items() if name not in alone for r in g],
        problems=problems,
        lost=any(map(_tells_of_pictures(root), problems)),
        alone=sum(len(chosen[name]) == 1 for name in alone),
        none_chosen=there and all(len(group) < 2 for group in chosen.values()),
    )


def _scan(root, protocol):
    """What is there; of a fold, the part that had been held out in training.

    Also the problems, and whether there is anything without the fold.
    """
    if protocol.folds is None:
        records, problems = scan_folder(root, protocol.void_value, protocol.groups)
        return records, problems, bool(records)
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
    chosen = [record for record in held_out if record.group in wanted]
    return chosen, problems, bool(records)


def _tells_of_pictures(root):
    """Whether a line is about pictures, and not about a group that has none."""
    folders = [p for p in (Path(root) / "images").iterdir() if p.is_dir()]
    empty = tuple(printable(f"{p}: ") for p in folders if _has_no_picture(p))
    return lambda line: not line.startswith(empty)


def _has_no_picture(folder):
    try:
        return not any(map(is_picture_name, folder.iterdir()))
    except OSError:
        return False  # nobody knows
