"""What is compared with what: the pairs, the controls, and the order of the work."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tfcoseg.data.folder import Record
from tfcoseg.data.folds import check_fold
from tfcoseg.data.grouping import grouped
from tfcoseg.data.pairing import make_pairs
from tfcoseg.evaluate.partners import OF_SEVERAL, PAIRINGS, tasks

PAIR, WRONG_PARTNER, NO_CORRELATION = "pair", "wrong_partner", "no_correlation"


@dataclass(frozen=True)
class Protocol:
    """How a folder is evaluated.

    Attributes:
        pairs: `"consecutive"` judges mask_a of (i, i + 1), wrapping round in each
            group, so each picture once; `"all"` judges both masks of every unordered
            pair, `"disjoint"` those of (0, 1), (2, 3) and so on; `"first"` compares
            each other picture of a group with the first; by `"fives"` and `"group"`
            each picture is compared with the others of 5, or of its whole group. See
            `tfcoseg.evaluate.partners`.
        metric_size: side in pixels of the square to which masks are brought before they
            are judged; None judges them at each picture's own size.
        groups: names of the groups to take; None takes all of them.
        per_group: take only the first so many pictures of a group, sorted by name.
        leave_out: ids of pictures to ignore, "name" or "group/name"; see
            `tfcoseg.data.pairing.without`.
        limit: judge at most so many pairs (or fives) of a group, spread evenly.
        void_value: the value of masks that counts nowhere, or None.
        reference_masks: give the true mask of the partner, so that the picture is
            searched for that object; for pairs only.
        wrong_partner: also judge each picture with a partner of another kind: picture i
            of group g with picture i of group g + 3, sorted by name.
        exclusions: `"likely"` takes as wrong partners only pictures that are not likely
            to show an object in common besides; None takes all.
        exclude: with `exclusions`, groups, "name", and pairs of groups, ("name",
            "name"), that make no wrong partners; see `read_exclusions`.
        no_correlation: also make each comparison without the cross-correlation. The
            semantic affinity stays, and with it the partner.
        boundary: also measure the contours, by `boundary_f`.
        folds, fold, fold_by: judge this fold only, as it was held out in training; see
            `tfcoseg.data.folds.split_fold`. None, all three, for everything.

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
    reference_masks: bool = False
    wrong_partner: bool = False
    exclusions: str | None = None
    exclude: Sequence[str | Sequence[str]] = ()
    no_correlation: bool = False
    boundary: bool = False
    folds: int | None = None
    fold: int | None = None
    fold_by: str | None = None

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
        if self.reference_masks and self.pairs in OF_SEVERAL:
            raise ValueError(
                "`reference_masks` are for pairs: a picture of a group has no single "
                f"partner. Received: pairs={self.pairs!r}"
            )
        if self.exclusions not in (None, "likely"):
            raise ValueError(
                '`exclusions` must be "likely" or None. '
                f"Received: exclusions={self.exclusions!r}"
            )
        if self.exclude and self.exclusions is None:
            raise ValueError(
                '`exclude` needs `exclusions="likely"`; without it every group has a '
                f"wrong partner. Received: exclude={self.exclude!r}"
            )
        check_fold(self.folds, self.fold, self.fold_by)


@dataclass(frozen=True)
class Comparison:
    """One mask to judge: that of `record`, found by comparing it with its partners.

    Attributes:
        kind: `PAIR` (of a group, too), `WRONG_PARTNER` or `NO_CORRELATION`.
        record: the picture whose mask is judged.
        partners: one of a pair, more of a group.
        reference: whether the true mask of the partner is given.
    """

    kind: str
    record: Record
    partners: tuple[Record, ...]
    reference: bool = False

    @property
    def partner(self) -> Record:
        """The first partner."""
        return self.partners[0]


def plan(records: Sequence[Record], protocol: Protocol) -> list[Comparison]:
    """Every comparison, ordered by the picture that is judged, as `records` are.

    Raises:
        ValueError: if wrong partners are wanted and no two groups can be joined.
    """
    units: dict[str, list] = {}
    for unit in tasks(records, protocol.pairs):
        units.setdefault(unit[0][0].group, []).append(unit)
    comparisons = [
        Comparison(PAIR, *task, protocol.reference_masks)
        for of_group in units.values()
        for unit in _spread(of_group, protocol.limit)
        for task in unit
    ]
    controls = []
    if protocol.wrong_partner:
        judged = {comparison.record for comparison in comparisons}
        controls += _wrong_comparisons(records, judged, protocol)
    if protocol.no_correlation:
        controls += [replace(one, kind=NO_CORRELATION) for one in comparisons]
    comparisons += controls
    position = {record: index for index, record in enumerate(records)}
    return sorted(comparisons, key=lambda comparison: position[comparison.record])


def _spread(units, limit):
    """At most `limit` of the pairs or groups, at even distances."""
    if limit is None or len(units) <= limit:
        return units
    return [units[index * len(units) // limit] for index in range(limit)]


def _wrong_comparisons(records, judged, protocol):
    if protocol.exclusions is None:
        pairs = make_pairs(records, "other_kind")
    else:
        pairs = make_pairs(records, "negative", exclude=protocol.exclude)
    pairs = [pair for pair in pairs if pair.record_a in judged]
    if not pairs:
        raise ValueError(
            "A wrong partner needs two groups of different kinds of object, of which "
            "none is excluded; leave out this control, or add groups. Received the "
            f"groups {list(grouped(records))}"
        )
    reference = protocol.reference_masks
    return [
        Comparison(WRONG_PARTNER, pair.record_a, (pair.record_b,), reference)
        for pair in pairs
    ]
