"""Pairs and sets of pictures that share something; see `tfcoseg.data.pairing`."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from tfcoseg.data.grouping import Picture, by_group, group_of, name_of
from tfcoseg.data.lots import lot


@dataclass(frozen=True)
class Pair:
    """Two records; a positive pair shares a kind of object, a negative one does not.

    Example:

    >>> pair = Pair(("sheep", "1"), ("car", "2"), positive=False)
    >>> pair.records
    (('sheep', '1'), ('car', '2'))
    """

    record_a: Picture
    record_b: Picture
    positive: bool

    @property
    def records(self) -> tuple[Picture, Picture]:
        """Both of them."""
        return self.record_a, self.record_b


@dataclass(frozen=True)
class ImageSet:
    """Two records or more that share a kind of object, each to be seen beside all the
    others; a set of two is a positive pair.

    Example:

    >>> len(ImageSet("sheep", (("sheep", "1"), ("sheep", "2"))).records)
    2
    """

    name: str
    records: tuple[Picture, ...]


def consecutive_pairs(records: Iterable[Picture]) -> list[Pair]:
    """Pairs picture i of a group with i + 1, wrapping round: each picture is once A.

    Example:

    >>> pairs = consecutive_pairs([("cat", "1"), ("cat", "2"), ("cat", "3")])
    >>> [(pair.record_a[1], pair.record_b[1]) for pair in pairs]
    [('1', '2'), ('2', '3'), ('3', '1')]
    """
    return [
        Pair(record, group[(i + 1) % len(group)], True)
        for group in by_group(records).values()
        for i, record in enumerate(group)
    ]


def first_pairs(records: Iterable[Picture]) -> list[Pair]:
    """Pairs each picture of a group but the first with the first; mask A only.

    As where the mask of a video's first frame is given, and the others are to be found.

    Example:

    >>> pairs = first_pairs([("cat", "1"), ("cat", "2"), ("cat", "3")])
    >>> [(pair.record_a[1], pair.record_b[1]) for pair in pairs]
    [('2', '1'), ('3', '1')]
    """
    return [
        Pair(record, first, True)
        for first, *others in by_group(records).values()
        for record in others
    ]


def disjoint_pairs(records: Iterable[Picture]) -> list[Pair]:
    """Pairs the first picture of a group with the second, the third with the fourth.

    No picture is in two pairs; so the last of an odd number is in none.
    """
    return [
        Pair(record_a, record_b, True)
        for group in by_group(records).values()
        for record_a, record_b in zip(group[::2], group[1::2])
    ]


def all_pairs(records: Iterable[Picture]) -> list[Pair]:
    """All pairs (i, j) of each group with i < j.

    Example:

    >>> pairs = all_pairs([("cat", "1"), ("cat", "2"), ("cat", "3")])
    >>> [(pair.record_a[1], pair.record_b[1]) for pair in pairs]
    [('1', '2'), ('1', '3'), ('2', '3')]
    """
    return [
        Pair(record_a, record_b, True)
        for group in by_group(records).values()
        for record_a, record_b in itertools.combinations(group, 2)
    ]


def random_pairs(records: Iterable[Picture], k: int = 1, seed: int = 0) -> list[Pair]:
    """Pairs each picture, as A, with k different others of its group.

    Which ones depends on the seed and the names in the group alone; those of a smaller
    k are the first of those of a larger.

    Args:
        records: of one or more groups.
        k: others for each picture; in a group of fewer, all of them.
        seed: of the drawing.
    """
    return [
        Pair(record, group[j], True)
        for group in by_group(records).values()
        for i, record in enumerate(group)
        for j in _others(group, i, seed)[:k]
    ]


def whole_groups(records: Iterable[Picture]) -> list[ImageSet]:
    """One set for each group, of all its pictures."""
    return [ImageSet(name, tuple(group)) for name, group in by_group(records).items()]


def _others(group, index, seed):
    """Where the others of a picture stand in its group, in random order."""
    key = seed, group_of(group[index]), name_of(group[index])
    others = [other for other in range(len(group)) if other != index]
    return sorted(others, key=lambda other: lot(*key, name_of(group[other])))
