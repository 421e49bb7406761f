"""What is compared with what: the pairs, the controls, and the order of the work."""

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tfcoseg.data.folder import Record, problem_with, read_folder
from tfcoseg.data.pairing import (
    Pair,
    all_pairs,
    by_group,
    consecutive_pairs,
    wrong_partners,
)

PAIR, WRONG_PARTNER, NO_CORRELATION = "pair", "wrong_partner", "no_correlation"


@dataclass(frozen=True)
class Protocol:
    """How a folder is evaluated.

    Attributes:
        pairs: `"consecutive"` judges mask_a of (i, i + 1), wrapping round in each
            group, so each picture once; `"all"` judges both masks of every unordered
            pair.
        groups: names of the groups to take; None takes all of them.
        per_group: take only the first so many pictures of a group, sorted by name.
        limit: judge at most so many pairs of a group, spread evenly.
        void_value: the value of masks that counts nowhere, or None.
        wrong_partner: also judge each picture beside one that shares nothing with it.
        empty_pairs: report what is predicted beside such a partner as false positives.
        no_correlation: also judge each picture with the correlation switched off.
        exclude: groups, "name", and pairs of groups, ("name", "name"), that may share
            something and so make no wrong partners; see `read_exclusions`.
    """

    pairs: str = "consecutive"
    groups: Sequence[str] | None = None
    per_group: int | None = None
    limit: int | None = None
    void_value: int | None = None
    wrong_partner: bool = False
    empty_pairs: bool = False
    no_correlation: bool = False
    exclude: Sequence[str | Sequence[str]] = ()

    def __post_init__(self):
        if self.pairs not in ("all", "consecutive"):
            raise ValueError(
                "`pairs` must be 'all' or 'consecutive'. "
                f"Received: pairs={self.pairs!r}"
            )
        for name, least in (("per_group", 2), ("limit", 1)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise ValueError(
                    f"`{name}` must be None or at least {least}. "
                    f"Received: {name}={value}"
                )


@dataclass(frozen=True)
class Comparison:
    """One mask to judge: that of `record`, found with the help of `partner`."""

    kind: str
    record: Record
    partner: Record | None


def read_records(
    root: str | Path, protocol: Protocol, progress: Callable[..., Iterable]
) -> tuple[list[Record], list[str]]:
    """The pictures that can be judged, and lines on those that can not.

    Every file is decoded once here, so that a bad one is known before pairs are made
    and its neighbour gets another partner.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        records = read_folder(
            root, protocol.void_value, protocol.groups, on_error="skip"
        )
    problems = [line for w in caught for line in str(w.message).splitlines()]
    chosen = [
        record
        for group in by_group(records).values()
        for record in group[: protocol.per_group]
    ]
    good: dict[str, list[Record]] = {}
    for record in progress(chosen, desc="reading", unit="picture"):
        if problem := problem_with(record):
            problems.append(problem)
        else:
            good.setdefault(record.group, []).append(record)
    problems += [
        f"{group[0].image}: the only readable picture of group {name!r}"
        for name, group in good.items()
        if len(group) == 1
    ]
    return [r for group in good.values() if len(group) > 1 for r in group], problems


def plan(records: Sequence[Record], protocol: Protocol) -> list[Comparison]:
    """Every comparison, ordered by the picture that is judged, as `records` are.

    Raises:
        ValueError: if wrong partners are wanted and no group may be trusted to be one.
    """
    pairs = []
    for group in by_group(records).values():
        pairs += _spread(_PAIRINGS[protocol.pairs](group), protocol.limit)
    comparisons = [Comparison(PAIR, pair.record_a, pair.record_b) for pair in pairs]
    if protocol.pairs == "all":
        comparisons += [
            Comparison(PAIR, pair.record_b, pair.record_a) for pair in pairs
        ]
    judged = {comparison.record for comparison in comparisons}
    if protocol.wrong_partner or protocol.empty_pairs:
        comparisons += _wrong_comparisons(records, judged, protocol.exclude)
    if protocol.no_correlation:
        comparisons += [
            Comparison(NO_CORRELATION, record, None)
            for record in records
            if record in judged
        ]
    position = {record: index for index, record in enumerate(records)}
    return sorted(comparisons, key=lambda comparison: position[comparison.record])


_PAIRINGS: dict[str, Callable[[Sequence[Record]], list[Pair]]] = {
    "all": all_pairs,
    "consecutive": consecutive_pairs,
}


def _spread(pairs, limit):
    """At most `limit` of the pairs, at even distances."""
    if limit is None or len(pairs) <= limit:
        return pairs
    return [pairs[index * len(pairs) // limit] for index in range(limit)]


def _wrong_comparisons(records, judged, exclude):
    pairs = [p for p in wrong_partners(records, exclude) if p.record_a in judged]
    if not pairs:
        raise ValueError(
            "A wrong partner needs two groups that are known to share nothing; leave "
            "out these controls, or add groups. Received the groups "
            f"{list(by_group(records))}, of which none is trusted beside another"
        )
    return [Comparison(WRONG_PARTNER, pair.record_a, pair.record_b) for pair in pairs]
