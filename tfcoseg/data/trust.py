"""Which records may be trusted to make negative pairs, and with which groups."""

from collections.abc import Iterable

from tfcoseg.data.co_occurrence import may_share_object
from tfcoseg.data.duplicates import duplicate_images
from tfcoseg.data.folder import Record


def trusted_partners(
    records: Iterable[Record], exclude: Iterable[str | Iterable[str]] = ()
) -> dict[str, tuple[list[Record], list[str]]]:
    """Returns {group: (its trusted records, names of the groups to join them with)}.

    Args:
        records: of several groups.
        exclude: groups, "name", and pairs of groups, ("name", "name"), not to trust.
    """
    records = list(records)
    excluded = frozenset(
        frozenset([entry] if isinstance(entry, str) else entry) for entry in exclude
    )
    untrusted = duplicate_images(records)
    groups = {}
    for record in records:
        if record.image not in untrusted:
            groups.setdefault(record.group, []).append(record)
    return {
        name: (
            group,
            [other for other in groups if not may_share_object(name, other, excluded)],
        )
        for name, group in groups.items()
    }
