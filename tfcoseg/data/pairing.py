"""Which picture is compared with which: the one place to ask for pairs and sets."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tfcoseg.data.grouping import Picture, by_group
from tfcoseg.data.inter_class import inter_class_sets
from tfcoseg.data.leaving_out import read_ids, without
from tfcoseg.data.negatives import other_kind_partners, wrong_partners
from tfcoseg.data.pairs import (
    ImageSet,
    Pair,
    all_pairs,
    consecutive_pairs,
    disjoint_pairs,
    first_pairs,
    random_pairs,
    whole_groups,
)
from tfcoseg.data.sampling import sample_pairs

__all__ = [
    "ONE_SIDED",
    "PAIRINGS",
    "ImageSet",
    "Pair",
    "all_pairs",
    "by_group",
    "consecutive_pairs",
    "disjoint_pairs",
    "first_pairs",
    "inter_class_sets",
    "make_pairs",
    "other_kind_partners",
    "random_pairs",
    "read_ids",
    "sample_pairs",
    "whole_groups",
    "without",
    "wrong_partners",
]

_PAIRINGS: dict[str, Callable[..., list[Any]]] = {
    "all": all_pairs,
    "consecutive": consecutive_pairs,
    "disjoint": disjoint_pairs,
    "first": first_pairs,
    "random": random_pairs,
    "group": whole_groups,
    "negative": wrong_partners,
    "other_kind": other_kind_partners,
    "inter_class": inter_class_sets,
}
PAIRINGS = tuple(_PAIRINGS)
# Their pairs are about the mask of A; of the others every mask counts.
ONE_SIDED = frozenset({"consecutive", "first", "random", "negative", "other_kind"})


def make_pairs(
    records: Iterable[Picture],
    how: str = "all",
    k: int | None = None,
    seed: int = 0,
    leave_out: Iterable[str] = (),
    exclude: Iterable[str | Iterable[str]] = (),
    super_classes: Mapping[str, Iterable[str]] | None = None,
    count: int = 40,
    exclusions: str = "likely",
) -> list[Pair] | list[ImageSet]:
    """Pairs, or sets, of pictures, in the order of the pictures that were given.

    `how` says which:

    - `"all"`: every two pictures of a group; both masks count.
    - `"consecutive"`: each picture with the next, the last with the first; mask A only.
    - `"first"`: each picture but the first of a group with the first; mask A only.
    - `"disjoint"`: the first with the second, the third with the fourth; both masks. An
      odd last picture is in no pair.
    - `"random"`: each picture with `k` others of its group; mask A only.
    - `"group"`: one set for each group, every picture beside all the others.
    - `"negative"`: each picture with one of a group that shares nothing with it, as far
      as that can be trusted (see `wrong_partners`); mask A only.
    - `"other_kind"`: each picture with one of the third group further on, whatever the
      two may have in common besides (see `other_kind_partners`); mask A only.
    - `"inter_class"`: `count` sets of `k + 1` pictures of different classes that belong
      to one super-class (see `inter_class_sets`).

    Args:
        records: `Record`s, plain (group, name), or anything with a `group` and a
            `name`; they come back as they are. `read_folder` sorts them by name.
        how: one of `PAIRINGS`.
        k: partners of each picture; `None` for 1 (`"random"`) or 5 (`"inter_class"`).
            The other ways take no number.
        seed: of `"random"` and `"inter_class"`. Neither depends on the order of the
            groups.
        leave_out: ids of pictures to take for not there; see `without` and `read_ids`.
        exclude: for `"negative"`: groups, "name", and pairs of groups, ("name",
            "name"), not to be trusted.
        super_classes: for `"inter_class"`: {super-class: names of its classes}, or
            `None` for the animals and the vehicles of PASCAL VOC.
        count: for `"inter_class"`: number of sets.
        exclusions: for `"negative"`: "likely" or "known", as in `sample_pairs`.

    Returns:
        A list of `Pair`, or of `ImageSet` for `"group"` and `"inter_class"`.

    Raises:
        ValueError: if `how` is none of these, `k` does not fit, a group has one
            picture, or no super-class has enough pictures.

    Example:

    >>> pairs = make_pairs([("cat", "1"), ("cat", "2"), ("cat", "3")], "consecutive")
    >>> [(pair.record_a[1], pair.record_b[1]) for pair in pairs]
    [('1', '2'), ('2', '3'), ('3', '1')]
    """
    options = {
        "random": {"k": 1 if k is None else k, "seed": seed},
        "negative": {"exclude": exclude, "exclusions": exclusions},
        "inter_class": {
            "super_classes": super_classes,
            "size": 6 if k is None else k + 1,
            "count": count,
            "seed": seed,
        },
    }
    if how not in PAIRINGS:
        raise ValueError(f"`how` must be one of {PAIRINGS}. Received: how={how!r}")
    if k is not None and (k < 1 or how not in ("random", "inter_class")):
        raise ValueError(
            '`k` must be at least 1, and is for "random" and "inter_class" only. '
            f"Received: k={k} for {how!r}"
        )
    return _PAIRINGS[how](without(records, leave_out), **options.get(how, {}))
