"""Negative pairs without chance: each picture beside one that shares nothing."""

from collections.abc import Iterable

from tfcoseg.data.grouping import Picture
from tfcoseg.data.pairs import Pair
from tfcoseg.data.trust import trusted_partners


def wrong_partners(
    records: Iterable[Picture], exclude: Iterable[str | Iterable[str]] = ()
) -> list[Pair]:
    """Gives each picture a partner that holds nothing of its kind; no chance involved.

    Picture i of a group is paired with picture i, counted round, of the next group that
    may be trusted. Pictures of which that cannot be said, because no group may be
    trusted or because they stand in several groups, are left out.

    Args:
        records: of several groups.
        exclude: as in `sample_pairs`.

    Example:

    >>> pictures = [("cat", "1"), ("cat", "2"), ("car", "1"), ("car", "2")]
    >>> [(*pair.records, pair.positive) for pair in wrong_partners(pictures)][0]
    (('cat', '1'), ('car', '1'), False)
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
