"""What is compared with what: the pairs, the controls, and the order of the work."""

from collections.abc import Sequence
from dataclasses import dataclass

from tfcoseg.data.folder import Record
from tfcoseg.data.folds import check_fold
from tfcoseg.data.pairing import by_group, wrong_partners
from tfcoseg.evaluate.partners import PAIRINGS, tasks

PAIR, WRONG_PARTNER, NO_CORRELATION = "pair", "wrong_partner", "no_correlation"


@dataclass(frozen=True)
class Protocol:
    """How a folder is evaluated.

    Attributes:
        pairs: `"consecutive"` judges mask_a of (i, i + 1), wrapping round in each
            group, so each picture once; `"all"` judges both masks of every unordered
            pair, `"disjoint"` those of (0, 1), (2, 3) and so on; by `"fives"` and
            `"group"` each picture is helped by the others of 5, or of its whole group.
            See `tfcoseg.evaluate.partners`.
        metric_size: side in pixels of the square to which masks are brought before they
            are judged; None judges them at each picture's own size.
        groups: names of the groups to take; None takes all of them.
        per_group: take only the first so many pictures of a group, sorted by name.
        leave_out: ids of pictures to take for not there, "name" or "group/name"; see
            `tfcoseg.data.pairing.without`.
        limit: judge at most so many pairs (or fives) of a group, spread evenly.
        void_value: the value of masks that counts nowhere, or None.
        wrong_partner: also judge each picture beside one that shares nothing with it.
        empty_pairs: report what is predicted beside such a partner as false positives.
        no_correlation: also judge each picture with the correlation switched off.
        folds, fold, fold_by: judge this fold only, as it was held out in training; see
            `tfcoseg.data.folds.split_fold`. None, all three, for everything.
        exclude: groups, "name", and pairs of groups, ("name", "name"), that may share
            something and so make no wrong partners; see `read_exclusions`.

    Example:

    >>> Protocol("all", groups=("sheep",), per_group=10).wrong_partner
    False
    """

    pairs: str = "consecutive"
    metric_size: int | None = None
    groups: Sequence[str] | None = None
    per_group: int | None = None
    leave_out: Sequence[str] = ()
    limit: int | None = None
    void_value: int | None = None
    wrong_partner: bool = False
    empty_pairs: bool = False
    no_correlation: bool = False
    folds: int | None = None
    fold: int | None = None
    fold_by: str | None = None
    exclude: Sequence[str | Sequence[str]] = ()

    def __post_init__(self):
        if self.pairs not in PAIRINGS:
            raise ValueError(
                f"`pairs` must be one of {list(PAIRINGS)}. "
                f"Received: pairs={self.pairs!r}"
            )
        for name, least in (("metric_size", 1), ("per_group", 2), ("limit", 1)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise ValueError(
                    f"`{name}` must be None or at least {least}. "
                    f"Received: {name}={value}"
                )
        check_fold(self.folds, self.fold, self.fold_by)


@dataclass(frozen=True)
class Comparison:
    """One mask to judge: that of `record`, found with the help of its partners.

    Attributes:
        kind: `PAIR` (of a group, too), `WRONG_PARTNER` or `NO_CORRELATION`.
        record: the picture whose mask is judged.
        partners: none without correlation, one of a pair, more of a group: then the
            mean of their kernels is what is looked for.
    """

    kind: str
    record: Record
    partners: tuple[Record, ...]

    @property
    def partner(self) -> Record | None:
        """The first partner, if there is one."""
        return self.partners[0] if self.partners else None


def plan(records: Sequence[Record], protocol: Protocol) -> list[Comparison]:
    """Every comparison, ordered by the picture that is judged, as `records` are.

    Raises:
        ValueError: if wrong partners are wanted and no group may be trusted to be one.
    """
    units: dict[str, list] = {}
    for unit in tasks(records, protocol.pairs):
        units.setdefault(unit[0][0].group, []).append(unit)
    comparisons = [
        Comparison(PAIR, *task)
        for of_group in units.values()
        for unit in _spread(of_group, protocol.limit)
        for task in unit
    ]
    judged = {comparison.record for comparison in comparisons}
    if protocol.wrong_partner or protocol.empty_pairs:
        comparisons += _wrong_comparisons(records, judged, protocol.exclude)
    if protocol.no_correlation:
        comparisons += [
            Comparison(NO_CORRELATION, record, ())
            for record in records
            if record in judged
        ]
    position = {record: index for index, record in enumerate(records)}
    return sorted(comparisons, key=lambda comparison: position[comparison.record])


def _spread(units, limit):
    """At most `limit` of the pairs or groups, at even distances."""
    if limit is None or len(units) <= limit:
        return units
    return [units[index * len(units) // limit] for index in range(limit)]


def _wrong_comparisons(records, judged, exclude):
    pairs = [p for p in wrong_partners(records, exclude) if p.record_a in judged]
    if not pairs:
        raise ValueError(
            "A wrong partner needs two groups that are known to share nothing; leave "
            "out these controls, or add groups. Received the groups "
            f"{list(by_group(records))}, of which none is trusted beside another"
        )
    return [
        Comparison(WRONG_PARTNER, pair.record_a, (pair.record_b,)) for pair in pairs
    ]
