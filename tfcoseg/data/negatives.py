"""Negative pairs without chance: each picture with one that shares nothing."""

from collections.abc import Iterable

from tfcoseg.data.grouping import Picture, grouped
from tfcoseg.data.kinds import kinds
from tfcoseg.data.pairs import Pair
from tfcoseg.data.trust import trusted_partners


def wrong_partners(
    records: Iterable[Picture],
    exclude: Iterable[str | Iterable[str]] = (),
    exclusions: str = "likely",
) -> list[Pair]:
    """Gives each picture a partner that holds nothing of its kind; no chance involved.

    Picture i of a group is paired with picture i, counted round, of the next group that
    may be trusted, or with the next picture from there on that may be. Pictures without
    such a partner are left out: those whose group may not be joined to another, and,
    unless `exclusions` is "known", those that stand in several groups.

    Args:
        records: of several groups.
        exclude: as in `sample_pairs`.
        exclusions: "likely" or "known", as in `sample_pairs`.

    Example:

    >>> pictures = [("cat", "1"), ("cat", "2"), ("car", "1"), ("car", "2")]
    >>> [(*pair.records, pair.positive) for pair in wrong_partners(pictures)][0]
    (('cat', '1'), ('car', '1'), False)
    """
    partners = trusted_partners(records, exclude, exclusions)
    names = list(partners.groups)
    pairs = []
    for position, name in enumerate(names):
        following = names[position:] + names[:position]
        allowed = [other for other in following if other in partners.names[name]]
        for i, record in enumerate(partners.groups[name]):
            pairs.append(
                Pair(record, _first_partner(record, i, partners, allowed), False)
            )
    return pairs


def other_kind_partners(records: Iterable[Picture], shift: int = 3) -> list[Pair]:
    """Pairs each picture with one of another kind, whatever it may hold unlabelled.

    Picture i of group number g, by name, is paired with picture i, counted round, of
    group number g + `shift`, or of the next one from there on that is of another kind.
    Only where there is none a group is left out. So every picture is judged, and the
    pairs are the same for everyone; but pictures of two kinds may well have a third in
    common, such as people. `wrong_partners` avoids that.

    Args:
        records: of several groups.
        shift: int. How many groups further the partners are. Defaults to 3.

    Returns:
        Negative pairs, which are about the mask of A.

    Example:

    >>> pictures = [("car", "1"), ("cat", "1"), ("cat", "2"), ("taxi", "1")]
    >>> [pair.records for pair in other_kind_partners(pictures, shift=2)][0]
    (('car', '1'), ('cat', '1'))
    """
    groups = dict(sorted(grouped(records).items()))
    names = list(groups)
    pairs = []
    for position, name in enumerate(names):
        first = (position + shift) % len(names)
        following = names[first:] + names[:first]
        others = [n for n in following if kinds(n).isdisjoint(kinds(name))][:1]
        pairs += [
            Pair(record, groups[other][i % len(groups[other])], False)
            for other in others
            for i, record in enumerate(groups[name])
        ]
    return pairs


def _first_partner(record, index, partners, names):
    """Picture `index`, counted round, of the first group, or the next that is allowed.

    There is one, since records without a partner are no part of `partners`.
    """
    groups = [partners.groups[name] for name in names]
    others = (g[(index + i) % len(g)] for g in groups for i in range(len(g)))
    return next(other for other in others if partners.may_join(record, other))
