"""Which picture is compared with which: positive and negative pairs of records."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tfcoseg.data.folder import Record
from tfcoseg.data.trust import trusted_partners

# A group of fewer trusted pictures makes fewer negative pairs, lest one picture of a
# group that consists of duplicates otherwise be in every other pair.
_FULL_WEIGHT = 8


@dataclass(frozen=True)
class Pair:
    """Two records; a positive pair shares a kind of object, a negative one does not."""

    record_a: Record
    record_b: Record
    positive: bool


def consecutive_pairs(records: Iterable[Record]) -> list[Pair]:
    """Pairs picture i of a group with i + 1, wrapping round: each picture is once A."""
    return [
        Pair(record, group[(i + 1) % len(group)], True)
        for group in by_group(records).values()
        for i, record in enumerate(group)
    ]


def all_pairs(records: Iterable[Record]) -> list[Pair]:
    """All pairs (i, j) of each group with i < j."""
    return [
        Pair(record_a, record_b, True)
        for group in by_group(records).values()
        for record_a, record_b in itertools.combinations(group, 2)
    ]


def wrong_partners(
    records: Iterable[Record], exclude: Iterable[str | Iterable[str]] = ()
) -> list[Pair]:
    """Gives each picture a partner that holds nothing of its kind; no chance involved.

    Picture i of a group is paired with picture i, counted round, of the next group that
    may be trusted. Pictures of which that cannot be said, because no group may be
    trusted or because they stand in several groups, are left out.

    Args:
        records: of several groups.
        exclude: as in `sample_pairs`.
    """
    partners = trusted_partners(records, exclude)
    pairs = []
    names = list(partners)
    for position, name in enumerate(names):
        trusted, allowed = partners[name]
        following = names[position:] + names[:position]
        chosen = next((other for other in following if other in allowed), None)
        if chosen is not None:
            others = partners[chosen][0]
            pairs += [
                Pair(record, others[i % len(others)], False)
                for i, record in enumerate(trusted)
            ]
    return pairs


def sample_pairs(
    records: Iterable[Record],
    count: int,
    negative_share: float = 0.25,
    seed: int = 0,
    start: int = 0,
    exclude: Iterable[str | Iterable[str]] = (),
) -> list[Pair]:
    """Draws pairs, balanced over groups, of which a given share is negative.

    Pair i depends on the seed, i and the records alone, so that a run which stopped
    after N pairs goes on with `start=N`. Every group comes once per round, in an order
    shuffled anew each round, and every picture of it once before any comes twice. The
    negative pairs are spread evenly and have rounds of their own, over the groups that
    have a partner; a group of few trusted pictures comes less often there.

    Args:
        records: of one or more groups; see `read_folder`.
        count: number of pairs.
        negative_share: 0..1. Negative pairs join groups whose pictures are not likely
            to hold an object in common (see `may_share_object`), and never take a
            picture that is known to stand in several groups.
        seed: of the drawing.
        start: number of the first pair.
        exclude: groups, "name", and pairs of groups, ("name", "name"), that must not
            make negative pairs either.

    Raises:
        ValueError: if a group has one picture, or no negative pair can be trusted.
    """
    if not 0 <= negative_share <= 1:
        raise ValueError(
            f"`negative_share` must be in 0..1. Received: {negative_share}"
        )
    records = list(records)
    groups = by_group(records)
    partners = trusted_partners(records, exclude) if negative_share else {}
    partners = {name: value for name, value in partners.items() if value[1]}
    if negative_share and not partners:
        raise ValueError(
            "Expected two groups or more that may be trusted to share no object; add "
            "groups or pass `negative_share=0`. Received the groups "
            f"{sorted(groups)}"
        )
    pairs = []
    for i in range(start, start + count):
        before = int(i * negative_share + 1e-9)
        if int((i + 1) * negative_share + 1e-9) > before:
            pairs.append(_negative_pair(partners, before, seed))
        else:
            pairs.append(_positive_pair(groups, i - before, seed))
    return pairs


def by_group(records: Iterable[Record]) -> dict[str, list[Record]]:
    """Sorts records into groups by name, keeping their order.

    Raises:
        ValueError: if a group has one picture.
    """
    groups = {}
    for record in records:
        groups.setdefault(record.group, []).append(record)
    if alone := [name for name, group in groups.items() if len(group) == 1]:
        raise ValueError(
            "A group needs two pictures or more; add some or leave it out. "
            f"Received one picture in: {', '.join(alone)}"
        )
    return groups


def _positive_pair(groups, index, seed):
    record_a, generator = _next_record(groups, index, (seed, 0))
    others = [other for other in groups[record_a.group] if other != record_a]
    return Pair(record_a, others[generator.integers(len(others))], True)


def _negative_pair(partners, index, seed):
    trusted = {name: group for name, (group, _) in partners.items()}
    record_a, generator = _next_record(trusted, index, (seed, 1), _FULL_WEIGHT)
    weighted = [
        name
        for name in partners[record_a.group][1]
        for _ in trusted[name][:_FULL_WEIGHT]
    ]
    others = trusted[weighted[generator.integers(len(weighted))]]
    return Pair(record_a, others[generator.integers(len(others))], False)


def _next_record(groups, index, key, full_weight=1):
    """Returns the record that is A in draw `index`, and a generator for the rest.

    A cycle has `full_weight` rounds; a group of n pictures takes part in the first n.
    """
    rounds = [
        [name for name, group in groups.items() if len(group) > number]
        for number in range(full_weight)
    ]
    cycle, position = divmod(index, sum(map(len, rounds)))
    number = 0
    while position >= len(rounds[number]):
        position -= len(rounds[number])
        number += 1
    order = np.random.default_rng([*key, 0, cycle, number])
    name = rounds[number][order.permutation(len(rounds[number]))[position]]
    group = groups[name]
    visit = cycle * min(len(group), full_weight) + number
    lap, turn = divmod(visit, len(group))
    order = np.random.default_rng([*key, 1, list(groups).index(name), lap])
    record = group[order.permutation(len(group))[turn]]
    return record, np.random.default_rng([*key, 2, index])
