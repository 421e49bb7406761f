"""Groups of pictures that stand in the same two groups, and show both objects.

Two pictures of riders have the motorbike in common and the person, too. Filed under
"motorbike" as well as under "person", they make one more group, "motorbike+person",
whose masks cover both: what such a pair has in common is not half of it.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from tfcoseg.data.duplicates import same_pictures
from tfcoseg.data.record import Record


def joint_groups(records: Iterable[Record], least: int = 2) -> list[Record]:
    """Returns the records of groups of two kinds of object, made of given records.

    Args:
        records: of a folder in which pictures stand in several groups.
        least: number of pictures from which on two groups make a joint one.

    Returns:
        For each joint group, in the order of the names, its records: `group` is the two
        names joined by `+`, `image` and `mask` those of the first of them, and
        `more_masks` the other's mask.

    Example:

    >>> joint_groups(read_folder("my_pictures"))  # no picture stands in two groups
    []
    """
    groups = defaultdict(dict)
    for same in same_pictures(records):
        same = sorted(same, key=lambda record: (record.group, record.image))
        for first, second in itertools.combinations(same, 2):
            if first.group != second.group:
                name = f"{first.group}+{second.group}"
                more = (*first.more_masks, second.mask, *second.more_masks)
                joint = replace(first, group=name, more_masks=more)
                groups[name].setdefault(first.image, joint)
    return [
        record
        for name in sorted(groups)
        for _, record in sorted(groups[name].items())
        if len(groups[name]) >= least
    ]
