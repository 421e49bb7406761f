"""Which records may be trusted to make negative pairs, and with which groups."""

from collections.abc import Iterable
from typing import Any

from tfcoseg.data.co_occurrence import may_share_object
from tfcoseg.data.duplicates import duplicate_images
from tfcoseg.data.grouping import Picture, grouped


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
    records: Iterable[Picture], exclude: Iterable[str | Iterable[str]] = ()
) -> dict[str, tuple[list[Any], list[str]]]:
    """Returns {group: (its trusted records, names of the groups to join them with)}.

    Args:
        records: of several groups.
        exclude: groups, "name", and pairs of groups, ("name", "name"), not to trust.
    """
    excluded = frozenset(
        frozenset([entry] if isinstance(entry, str) else entry) for entry in exclude
    )
    groups = grouped(trusted(records))
    return {
        name: (
            group,
            [other for other in groups if not may_share_object(name, other, excluded)],
        )
        for name, group in groups.items()
    }
