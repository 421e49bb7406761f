"""Sets of pictures of different but related classes: a bus, a train and a car.

What such a set has in common is no class but something of a coarser grain, and each
picture's mask shows its own class. Amir et al. (Deep ViT Features as Dense Visual
Descriptors, 2022) judge on forty sets of six pictures from PASCAL VOC, PASCAL-CO. Their
files can be had from the authors; these here are drawn anew, so that figures on them
cannot be compared with theirs.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from tfcoseg.data.grouping import Picture, grouped, name_of
from tfcoseg.data.kinds import kinds
from tfcoseg.data.lots import lot
from tfcoseg.data.pairs import ImageSet
from tfcoseg.data.trust import trusted

# PASCAL VOC's own, without the indoor things, of which a bottle and a sofa are as
# unlike as two things can be, and without person, which is alone in its own.
PASCAL_SUPER_CLASSES = {
    "animal": ("bird", "cat", "cow", "dog", "horse", "sheep"),
    "vehicle": ("aeroplane", "bicycle", "boat", "bus", "car", "motorbike", "train"),
}


def inter_class_sets(
    records: Iterable[Picture],
    super_classes: Mapping[str, Iterable[str]] | None = None,
    size: int = 6,
    count: int = 40,
    seed: int = 0,
) -> list[ImageSet]:
    """Draws sets, of one super-class each, which take turns.

    In a set no class comes twice before all have come once, and over the sets no
    picture of a class twice before all have come once. A picture that is known to stand
    in several groups is left out: its mask shows one of its objects only. What is drawn
    of a super-class depends on the seed and on the names in it alone.

    Args:
        records: of several groups; a group whose kind is none of the classes is left
            out.
        super_classes: {super-class: names of its classes}, in any of the words for a
            kind of object (`tfcoseg.data.kinds`); `None` for
            `PASCAL_SUPER_CLASSES`.
        size: pictures of a set, at least 2.
        count: number of sets.
        seed: of the drawing.

    Raises:
        ValueError: if `size` is below 2, or no super-class has two groups and `size`
            pictures.
    """
    if size < 2:
        raise ValueError(f"A set needs two pictures or more. Received: size={size}")
    if super_classes is None:
        super_classes = PASCAL_SUPER_CLASSES
    groups = grouped(trusted(records))
    rows = {name: _members(groups, classes) for name, classes in super_classes.items()}
    rows = {
        name: row
        for name, row in rows.items()
        if len(row) > 1 and sum(map(len, row.values())) >= size
    }
    if not rows:
        raise ValueError(
            f"Expected a super-class with two groups or more and {size} pictures; give "
            f"`super_classes` of your own. Received: {dict(super_classes)} for the "
            f"groups {sorted(groups)}"
        )
    drawn = {
        name: _sets(row, size, -(-count // len(rows)), (seed, name))
        for name, row in rows.items()
    }
    return [
        ImageSet(f"{name} {number}", drawn[name][number])
        for number in range(-(-count // len(rows)))
        for name in rows
    ][:count]


def _members(groups, classes):
    """The groups that show nothing but kinds of the classes."""
    wanted = frozenset().union(*map(kinds, classes))
    return {name: group for name, group in groups.items() if kinds(name) <= wanted}


def _sets(row, size, count, key):
    """So many sets from the groups of one super-class."""
    decks = {
        group: sorted(records, key=lambda record: lot(*key, group, name_of(record)))
        for group, records in row.items()
    }
    dealt, sets = Counter(), []
    for number in range(count):
        order = sorted(decks, key=lambda group: lot(*key, number, group))
        turns = [g for lap in range(size) for g in order if lap < len(decks[g])]
        chosen = []
        for group in turns[:size]:
            chosen.append(decks[group][dealt[group] % len(decks[group])])
            dealt[group] += 1
        sets.append(tuple(chosen))
    return sets
