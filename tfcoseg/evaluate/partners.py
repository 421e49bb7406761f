"""Whose help each picture of a group gets: one partner's, or that of several."""

from collections.abc import Callable, Sequence

from tfcoseg.data.folder import Record
from tfcoseg.data.pairing import all_pairs, consecutive_pairs

# A mask to judge: the picture, and the partners that help to find it.
Task = tuple[Record, tuple[Record, ...]]

# Ways to compare the pictures of a group, in words.
PAIRINGS = {
    "consecutive": "consecutive pairs",
    "all": "all pairs",
    "disjoint": "disjoint consecutive pairs",
    "fives": "groups of 5",
    "group": "whole groups",
}


def tasks_of_group(records: Sequence[Record], pairs: str) -> list[list[Task]]:
    """The masks to judge in a group, those of one pair (or group of 5) together.

    Args:
        records: the pictures of one group, sorted by name.
        pairs: a name of `PAIRINGS`. `"all"` judges both masks of every pair; by the
            others each picture is judged once.
    """
    return _TASKS[pairs](list(records))


def _consecutive(records):
    return [[(p.record_a, (p.record_b,))] for p in consecutive_pairs(records)]


def _all(records):
    return [
        [(p.record_a, (p.record_b,)), (p.record_b, (p.record_a,))]
        for p in all_pairs(records)
    ]


def _cut(records, size):
    """Runs of `size` records, each judged with the help of the others of its run."""
    size = min(size, len(records))
    runs = []
    for start in range(0, len(records), size):
        members = records[min(start, len(records) - size) :][:size]
        judged = records[start : start + size]
        runs.append(
            [(r, tuple(other for other in members if other != r)) for r in judged]
        )
    return runs


_TASKS: dict[str, Callable[[list[Record]], list[list[Task]]]] = {
    "consecutive": _consecutive,
    "all": _all,
    "disjoint": lambda records: _cut(records[: len(records) // 2 * 2], 2),
    "fives": lambda records: _cut(records, 5),
    "group": lambda records: _cut(records, len(records)),
}
