"""Pairs drawn at random, balanced over groups, of any number: to train on."""

from collections import defaultdict
from collections.abc import Iterable

from tfcoseg.data.grouping import Picture, by_group, group_of
from tfcoseg.data.pairs import Pair
from tfcoseg.data.rounds import Rounds, families_of
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
    exclusions: str = "likely",
    by_kind: bool = False,
    across_sets: float = 0.3,
    self_share: float = 0.0,
) -> list[Pair]:
    """Draws pairs, balanced over groups, of which a given share is negative.

    Pair i depends on the seed, i and the records alone, so that a run which stopped
    after N pairs resumes with `start=N`. Every group comes once per round, in an order
    shuffled anew each round, and every picture of it once before any comes twice. The
    negative pairs are spread evenly and have rounds of their own, over the groups that
    have a partner; a group of few trusted pictures comes less often there. Where there
    are joint groups, two pictures of one of them, which have both kinds of object in
    common, are no pair of either kind alone if another partner can be had.

    Args:
        records: of one or more groups; see `read_folder`.
        count: number of pairs.
        negative_share: 0..1. By default negative pairs join groups whose pictures are
            not likely to hold an object in common (see `may_share_object`), and never
            take a picture that is known to stand in several groups.
        seed: of the drawing.
        start: number of the first pair.
        exclude: groups, "name", and pairs of groups, ("name", "name"), that must not
            make negative pairs either.
        full_weight: a group of n pictures, fewer than this, comes only n / full_weight
            times as often as one of so many or more, lest few pictures be learnt by
            heart.
        exclusions: str. `"known"` lets all pictures make negative pairs with those of
            another kind, unless both are known to hold one kind; see
            `tfcoseg.data.trust`. Defaults to `"likely"`.
        by_kind: bool. Balance over kinds of object instead of groups: those of one
            kind, such as "airplane" and "aeroplane", take turns. Defaults to `False`.
        across_sets: float. With `by_kind`, the probability that the partner of a
            positive pair is of another group of the kind, if there is one. Defaults to
            0.3.
        self_share: float. Fraction of the positive pairs in which a picture is its own
            partner, to be augmented in two ways: all of it is in common then, and only
            what is an object is the answer. Defaults to 0.

    Raises:
        ValueError: if a group has one picture, a share is not in 0..1, or no negative
            pair can be trusted.

    Example:

    >>> pairs = sample_pairs(read_folder("my_pictures"), count=8)
    >>> sum(pair.positive for pair in pairs)
    6
    """
    for name, value in (
        ("negative_share", negative_share),
        ("across_sets", across_sets),
        ("self_share", self_share),
    ):
        if not 0 <= value <= 1:
            raise ValueError(f"`{name}` must be in 0..1. Received: {value}")
    if full_weight < 1:
        raise ValueError(f"`full_weight` must be 1 or more. Received: {full_weight}")
    records = list(records)
    groups = by_group(records)
    families = families_of(groups, by_kind)
    rounds = Rounds(families, groups, (seed, 0), full_weight)
    kin = {name: names for names in families.values() for name in names}
    joint = _joint_groups(records)
    if negative_share:
        partners = trusted_partners(records, exclude, exclusions)
        if not partners.groups:
            raise ValueError(
                "Expected two groups or more that may be trusted to share no object; "
                "add groups or pass `negative_share=0` (--negative-share 0). Received "
                f"the groups {sorted(groups)}"
            )
        trusted = families_of(partners.groups, by_kind)
        wrong_rounds = Rounds(trusted, partners.groups, (seed, 1), _FULL_WEIGHT)
    pairs = []
    for i in range(start, start + count):
        before = int(i * negative_share + 1e-9)
        if int((i + 1) * negative_share + 1e-9) > before:
            pairs.append(_negative_pair(wrong_rounds, partners, before))
        else:
            shares = across_sets, self_share
            pairs.append(_positive_pair(rounds, kin, shares, joint, i - before))
    return pairs


def _joint_groups(records):
    """{mask: names of the joint groups whose masks it is a part of}."""
    names = defaultdict(set)
    for record in records:
        if more := getattr(record, "more_masks", ()):
            for mask in (record.mask, *more):
                names[mask].add(record.group)
    return names


def _positive_pair(rounds, kin, shares, joint, index):
    across_sets, self_share = shares
    record_a, generator = rounds.draw(index)
    if self_share and generator.random() < self_share:
        return Pair(record_a, record_a, True)
    name = group_of(record_a)
    if len(kin[name]) > 1 and generator.random() < across_sets:
        name = _one_of([other for other in kin[name] if other != name], generator)
    others = [other for other in rounds.groups[name] if other != record_a]
    if joint and not record_a.more_masks:
        share_more = joint.get(record_a.mask, set())
        alone = [o for o in others if share_more.isdisjoint(joint.get(o.mask, ()))]
        others = alone or others
    return Pair(record_a, _one_of(others, generator), True)


def _negative_pair(rounds, partners, index):
    record_a, generator = rounds.draw(index)
    allowed = partners.names[group_of(record_a)]
    while True:
        name = _drawn_group(rounds, allowed, generator)
        if others := partners.of(record_a, name):
            return Pair(record_a, _one_of(others, generator), False)
        # A record of known kinds may find no partner in one group, but has one.
        allowed = [other for other in allowed if other != name]


def _drawn_group(rounds, allowed, generator):
    """One of the groups, of a family that is drawn by its size, up to full weight."""
    groups, allowed = rounds.groups, set(allowed)
    options = [
        [name for name in names if name in allowed]
        for names in rounds.families.values()
    ]
    weighted = [
        names
        for names in options
        for _ in range(min(_FULL_WEIGHT, sum(len(groups[name]) for name in names)))
    ]
    names = _one_of(weighted, generator)
    return _one_of(names, generator) if len(names) > 1 else names[0]


def _one_of(options, generator):
    return options[generator.integers(len(options))]
