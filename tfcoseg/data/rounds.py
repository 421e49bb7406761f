"""Whose turn it is: draws in rounds, so that large groups do not drown small ones."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from tfcoseg.data.kinds import kinds

_FACES = frozenset(("face", "faces"))


class Rounds:
    """Draws records so that every family of groups comes once per round.

    The order of the families is shuffled anew each round. Inside a family its groups
    take turns, and of a group every record comes once before any comes twice. What draw
    number i gives depends on the key, i and the groups alone.

    Args:
        families: {name: names of its groups}; see `families_of`.
        groups: {name: its records}.
        key: non-negative integers, such as a seed.
        full_weight: int. A family of n records, fewer than this, comes only
            n / full_weight times as often as one of so many or more. Defaults to 1.
    """

    def __init__(
        self,
        families: Mapping[str, Sequence[str]],
        groups: Mapping[str, Sequence],
        key: Sequence[int],
        full_weight: int = 1,
    ):
        self.families = families
        self.groups = groups
        self.key = key
        self.full_weight = full_weight
        self._numbers = {name: number for number, name in enumerate(groups)}
        self._sizes = {
            family: sum(len(groups[name]) for name in names)
            for family, names in families.items()
        }
        # A cycle has `full_weight` rounds; a family of n records is in the first n.
        self._rounds = [
            [family for family, size in self._sizes.items() if size > number]
            for number in range(full_weight)
        ]
        self._cycle = sum(map(len, self._rounds))

    def draw(self, index: int):
        """Returns the record of draw `index`, and a generator for what goes with it."""
        cycle, position = divmod(index, self._cycle)
        number = 0
        while position >= len(self._rounds[number]):
            position -= len(self._rounds[number])
            number += 1
        turns = self._rounds[number]
        order = np.random.default_rng([*self.key, 0, cycle, number])
        family = turns[order.permutation(len(turns))[position]]
        visit = cycle * min(self._sizes[family], self.full_weight) + number
        return self._record(family, visit), np.random.default_rng([*self.key, 2, index])

    def _record(self, family, visit):
        """The record of a family that is seen on a visit, counted from 0."""
        names = self.families[family]
        visit, turn = divmod(visit, len(names))
        name = names[turn]
        group = self.groups[name]
        lap, turn = divmod(visit, len(group))
        order = np.random.default_rng([*self.key, 1, self._numbers[name], lap])
        return group[order.permutation(len(group))[turn]]


def families_of(groups: Mapping[str, Sequence], by_kind: bool) -> dict[str, list[str]]:
    """{family: names of its groups}: those of one kind, or each group alone.

    Groups of several kinds, such as "horse+rider", are of one family only if they speak
    of the same kinds. Faces are people, but a family of their own: the mask of a face
    is none of a person.
    """
    families: dict[str, list[str]] = {}
    for name in groups:
        family = name
        if by_kind:
            words = re.findall("[a-z]+", re.sub(r"\[.*?\]", "", name.casefold()))
            part = " (face)" if _FACES.intersection(words) else ""
            family = "+".join(sorted(kinds(name))) + part
        families.setdefault(family, []).append(name)
    return families
