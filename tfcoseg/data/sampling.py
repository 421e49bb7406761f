"""Pairs drawn at random, balanced over groups, of any number: to train on."""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from tfcoseg.data.grouping import Picture, by_group, group_of
from tfcoseg.data.pairs import Pair
from tfcoseg.data.trust import trusted_partners

# A group of fewer trusted pictures makes fewer negative pairs, lest one picture of a
# group that consists of duplicates otherwise be in every other pair.
_FULL_WEIGHT = 8


def sample_pairs(
    records: Iterable[Picture],
    count: int,
    negative_share: float = 0.25,
    seed: int = 0,
    start: int = 0,
    exclude: Iterable[str | Iterable[str]] = (),
    full_weight: int = 1,
) -> list[Pair]:
    """Draws pairs, balanced over groups, of which a given share is negative.

    Pair i depends on the seed, i and the records alone, so that a run which stopped
    after N pairs goes on with `start=N`. Every group comes once per round, in an order
    shuffled anew each round, and every picture of it once before any comes twice. The
    negative pairs are spread evenly and have rounds of their own, over the groups that
    have a partner; a group of few trusted pictures comes less often there. Where there
    are joint groups, two pictures of one of them, which have both kinds of object in
    common, are no pair of either kind alone if another partner can be had.

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
        full_weight: a group of n pictures, fewer than this, comes only n / full_weight
            times as often as one of so many or more, lest few pictures be learnt by
            heart.

    Raises:
        ValueError: if a group has one picture, or no negative pair can be trusted.

    Example:

    >>> pairs = sample_pairs(read_folder("my_pictures"), count=8)
    >>> sum(pair.positive for pair in pairs)
    6
    """
    if not 0 <= negative_share <= 1:
        raise ValueError(
            f"`negative_share` must be in 0..1. Received: {negative_share}"
        )
    if full_weight < 1:
        raise ValueError(f"`full_weight` must be 1 or more. Received: {full_weight}")
    records = list(records)
    groups = by_group(records)
    joint = _joint_groups(records)
    partners = trusted_partners(records, exclude) if negative_share else {}
    partners = {name: value for name, value in partners.items() if value[1]}
    if negative_share and not partners:
        raise ValueError(
            "Expected two groups or more that may be trusted to share no object; add "
            "groups or pass `negative_share=0` (--negative-share 0). Received the "
            f"groups {sorted(groups)}"
        )
    pairs = []
    for i in range(start, start + count):
        before = int(i * negative_share + 1e-9)
        if int((i + 1) * negative_share + 1e-9) > before:
            pairs.append(_negative_pair(partners, before, seed))
        else:
            pairs.append(_positive_pair(groups, joint, i - before, seed, full_weight))
    return pairs


def _joint_groups(records):
    """{mask: names of the joint groups whose masks it is a part of}."""
    names = defaultdict(set)
    for record in records:
        if more := getattr(record, "more_masks", ()):
            for mask in (record.mask, *more):
                names[mask].add(record.group)
    return names


def _positive_pair(groups, joint, index, seed, full_weight):
    record_a, generator = _next_record(groups, index, (seed, 0), full_weight)
    others = [other for other in groups[group_of(record_a)] if other != record_a]
    if joint and not record_a.more_masks:
        share_more = joint.get(record_a.mask, set())
        alone = [o for o in others if share_more.isdisjoint(joint.get(o.mask, ()))]
        others = alone or others
    return Pair(record_a, others[generator.integers(len(others))], True)


def _negative_pair(partners, index, seed):
    trusted = {name: group for name, (group, _) in partners.items()}
    record_a, generator = _next_record(trusted, index, (seed, 1), _FULL_WEIGHT)
    weighted = [
        name
        for name in partners[group_of(record_a)][1]
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
