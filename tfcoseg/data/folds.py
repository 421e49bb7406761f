"""Folds for cross-validation: by class or kind, to judge unseen ones, or by picture."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from tfcoseg.data.duplicates import listed_duplicates, same_pictures
from tfcoseg.data.kinds import kinds
from tfcoseg.data.lots import lot
from tfcoseg.data.record import Record

FOLD_BY = ("class", "kind", "picture")

# What the draw of a kind's fold depends on besides its name. Of several texts this one
# puts about as many of PASCAL VOC's and COCO's kinds into each of four folds; of three
# folds the sizes differ more.
_DRAW = "fold by kind 0"


def check_fold(folds: int | None, fold: int | None, by: str | None) -> None:
    """Makes sure that the three say which fold, or all that there is none.

    Raises:
        ValueError: if they do neither.
    """
    if folds is None and fold is None and by is None:
        return
    if None in (folds, fold, by) or by not in FOLD_BY or not 0 <= fold < folds > 1:
        raise ValueError(
            "A fold needs all three: `folds`, 2 or more; `fold`, from 0 to one less; "
            f"and what is cut, {' or '.join(map(repr, FOLD_BY))}. "
            f"Received: folds={folds}, fold={fold}, by={by!r}"
        )


def split_fold(
    records: Iterable[Record],
    folds: int,
    fold: int,
    by: str = "class",
    classes: Iterable[str] | None = None,
) -> tuple[list[Record], list[Record]]:
    """Splits records into what may be trained on, and what is to be judged.

    By class, the sorted `classes` are cut into runs, of sizes that differ by one at
    most, and one run is held out. Of the 20 classes of PASCAL VOC four folds are those
    of PASCAL-5i (Shaban et al., One-Shot Learning for Semantic Segmentation, 2017).
    Two more things are not kept, so that what is held out stays unseen, and then are in
    neither list: groups of the same kind of object, whatever they are called and
    whichever folder they are of; and pictures that stand in such a group, where they
    are filed under another. An object that no group files a picture under is not known
    of, and may well be seen.

    By kind, each kind of object is in the fold that its name draws, under whatever name
    a group speaks of it: so the folds are the same whichever folders there are, but not
    of one size. What is held out are the groups of its kinds. The same two things as by
    class are not kept, and a group of several kinds, of which not all are held out, is
    in neither list.

    By picture, the bytes of a picture decide, so that it is on one side with all of its
    masks, and every record is in one list.

    Args:
        records: of one folder or of several.
        folds: how many there are.
        fold: which one is held out, 0 to `folds - 1`.
        by: `"class"`, `"kind"` or `"picture"`.
        classes: names of the groups that are cut into folds by class; groups of other
            names are never held out. `None` for all groups.

    Returns:
        (kept, held out), each in the order of `records`.

    Raises:
        ValueError: if there are fewer classes than folds, or if no such fold exists.

    Example:

    >>> records = read_folder("my_pictures")
    >>> kept, held_out = split_fold(records, folds=2, fold=0)
    >>> {record.group for record in kept}, {record.group for record in held_out}
    ({'sheep'}, {'car'})
    """
    check_fold(folds, fold, by)
    records = list(records)
    if by == "picture":
        of_each = shares(records, turn=1)
        held_out = {
            record for record in records if int(of_each[record] * folds) == fold
        }
        kept = [record for record in records if record not in held_out]
    elif by == "kind":
        every = frozenset().union(*(kinds(record.group) for record in records))
        unseen = frozenset(kind for kind in every if _fold_of_kind(kind, folds) == fold)
        held_out = {record for record in records if kinds(record.group) <= unseen}
        kept = _without_kinds(unseen, records)
    else:
        names = sorted(set(classes or (record.group for record in records)))
        if len(names) < folds:
            raise ValueError(
                f"Expected a class for each of the {folds} folds; take fewer folds, or "
                f"fold by picture. Received: {len(names)} classes, {names}"
            )
        run = slice(fold * len(names) // folds, (fold + 1) * len(names) // folds)
        held_out = {record for record in records if record.group in names[run]}
        kept = _without_kinds(frozenset().union(*map(kinds, names[run])), records)
    return kept, [record for record in records if record in held_out]


def shares(records: Iterable[Record], turn: int = 0) -> dict[Record, float]:
    """A number in 0..1 of each record, which depends on its picture's bytes alone.

    All records of one picture share it, also where a folder's list says that files of
    different bytes are one picture.

    Args:
        records: of one folder or of several.
        turn: 0 to 3; each turn gives numbers that have nothing to do with the others.
    """
    records = list(records)
    digests = {image: _digest(image) for image in {r.image for r in records}}
    stands_for: dict[bytes, bytes] = {}

    def first_of(digest):
        while digest in stands_for:
            digest = stands_for[digest]
        return digest

    for same in same_pictures(records):
        first, *others = sorted({first_of(digests[record.image]) for record in same})
        stands_for.update(dict.fromkeys(others, first))
    part = slice(8 * turn, 8 * turn + 8)
    numbers = {
        image: int.from_bytes(first_of(digest)[part], "big") / 2**64
        for image, digest in digests.items()
    }
    return {record: numbers[record.image] for record in records}


def _fold_of_kind(kind, folds):
    """The fold that a kind is in, whatever other kinds there are."""
    return int.from_bytes(lot(_DRAW, kind)[:8], "big") * folds >> 64


def _without_kinds(unseen, records):
    """The records whose pictures stand in no group of one of the kinds."""
    showing = [r for r in records if not kinds(r.group).isdisjoint(unseen)]
    images = {record.image for record in showing}
    images |= listed_duplicates(records, images)
    pictures = {_digest(record.image) for record in showing}
    return [
        record
        for record in records
        if record.image not in images and _digest(record.image) not in pictures
    ]


def _digest(image: Path) -> bytes:
    return hashlib.sha256(image.read_bytes()).digest()
