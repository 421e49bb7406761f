"""What each picture is compared with to find its mask: one partner, or several."""

from collections.abc import Sequence

from tfcoseg.data.folder import Record
from tfcoseg.data.pairing import ONE_SIDED, by_group, make_pairs

# A mask to judge: the picture, and the partners that it is compared with.
Task = tuple[Record, tuple[Record, ...]]

# Ways to compare pictures, in words; but for fives see `tfcoseg.data.make_pairs`.
PAIRINGS = {
    "consecutive": "consecutive pairs",
    "all": "all pairs",
    "first": "pairs with the first of each group",
    "disjoint": "disjoint consecutive pairs",
    "random": "random pairs",
    "fives": "groups of 5",
    "group": "whole groups",
    "inter_class": "sets of 6 from related groups",
}
# Those that compare a picture with several at once.
OF_SEVERAL = frozenset({"fives", "group", "inter_class"})


def tasks(records: Sequence[Record], pairs: str) -> list[list[Task]]:
    """The masks to judge, those of one pair, or of one set, together.

    Args:
        records: pictures of one or more groups, each sorted by name.
        pairs: a name of `PAIRINGS`. `"fives"` cuts each group into runs of five; the
            pictures left over are compared with the last four before them, too.
    """
    if pairs == "fives":
        groups = by_group(records).values()
        return [run for group in groups for run in _runs(group, 5)]
    units = []
    for found in make_pairs(records, pairs):
        members = found.records
        judged = members[:1] if pairs in ONE_SIDED else members
        units.append([_task(record, members) for record in judged])
    return units


def _runs(group, size):
    size = min(size, len(group))
    for start in range(0, len(group), size):
        members = group[min(start, len(group) - size) :][:size]
        yield [_task(record, members) for record in group[start : start + size]]


def _task(record, members):
    return record, tuple(other for other in members if other != record)
