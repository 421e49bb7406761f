"""Which records may be trusted to make negative pairs, and with which others."""

from collections.abc import Iterable, Mapping
from typing import Any

from tfcoseg.data.co_occurrence import may_share_object
from tfcoseg.data.duplicates import duplicate_images
from tfcoseg.data.grouping import Picture, group_of, grouped
from tfcoseg.data.kinds import kinds
from tfcoseg.data.known import known_kinds

# What keeps two pictures from being a negative pair: that they are likely to hold an
# object in common, or that they are known to.
EXCLUSIONS = ("likely", "known")


class Partners:
    """The records that make negative pairs, each group with those it may be joined to.

    Args:
        groups: {name: its records}.
        names: {name: names of the groups that it may be joined to}.
        held: {record: kinds of object that its picture is known to hold}. Two pictures
            that are known to hold one kind are not joined.
    """

    def __init__(
        self,
        groups: Mapping[str, list[Any]],
        names: Mapping[str, list[str]],
        held: Mapping[Any, frozenset[str]],
    ):
        self.held = held
        self._sets = {n: {held[r] for r in group} for n, group in groups.items()}
        kept = {
            name: [record for record in group if self._has_partner(record, names[name])]
            for name, group in groups.items()
        }
        self.groups = kept = {name: group for name, group in kept.items() if group}
        self.names = {n: [o for o in names[n] if o in kept] for n in self.groups}

    def may_join(self, record: Picture, other: Picture) -> bool:
        """Whether two records of groups that may be joined are a negative pair."""
        return self.held[record].isdisjoint(self.held[other])

    def of(self, record: Picture, name: str) -> list[Any]:
        """The records of group `name` that a record may be joined to."""
        group = self.groups[name]
        if all(self.held[record].isdisjoint(held) for held in self._sets[name]):
            return group
        return [other for other in group if self.may_join(record, other)]

    def _has_partner(self, record, names):
        held = self.held[record]
        return any(held.isdisjoint(o) for name in names for o in self._sets[name])


def trusted(records: Iterable[Picture]) -> list[Any]:
    """The records that are not known to hold the objects of several groups.

    Of a plain (group, name) nothing of the kind is known; a record of a joint group
    shows two kinds of object, and maybe a third.
    """
    records = list(records)
    untrusted = duplicate_images(r for r in records if hasattr(r, "image"))
    return [
        record
        for record in records
        if getattr(record, "image", None) not in untrusted
        and not getattr(record, "more_masks", ())
    ]


def trusted_partners(
    records: Iterable[Picture],
    exclude: Iterable[str | Iterable[str]] = (),
    exclusions: str = "likely",
) -> Partners:
    """Returns the records that have a partner to make a negative pair with.

    Args:
        records: of several groups.
        exclude: groups, "name", and pairs of groups, ("name", "name"), not to trust.
        exclusions: str. `"likely"` joins groups that are not likely to hold an object
            in common (see `may_share_object`), and no picture that stands in several
            groups. `"known"` joins any two groups of different kinds, whatever their
            pictures may hold unlabelled, but no two pictures that stand in groups of
            one kind (see `known_kinds`). Defaults to `"likely"`.

    Raises:
        ValueError: if `exclusions` is neither.
    """
    if exclusions not in EXCLUSIONS:
        raise ValueError(
            f"`exclusions` must be one of {EXCLUSIONS}. Received: {exclusions!r}"
        )
    excluded = frozenset(
        frozenset([entry] if isinstance(entry, str) else entry) for entry in exclude
    )
    records = list(records)
    if exclusions == "likely":
        records = trusted(records)
        held = {record: kinds(group_of(record)) for record in records}
    else:
        held = known_kinds(records)
    share = may_share_object if exclusions == "likely" else _same_kind
    groups = grouped(records)
    names = {
        name: [other for other in groups if not share(name, other, excluded)]
        for name in groups
    }
    return Partners(groups, names, held)


def _same_kind(group_a, group_b, exclude):
    """`may_share_object` of those who trust all groups of different kinds."""
    named = map(frozenset, [{group_a}, {group_b}, {group_a, group_b}])
    return not kinds(group_a).isdisjoint(kinds(group_b)) or not exclude.isdisjoint(
        named
    )
