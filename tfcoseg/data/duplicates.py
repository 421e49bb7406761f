"""Pictures that stand in more than one group, each time with another mask.

Such a picture holds the objects of several groups, so that it makes a fine positive
pair and an untrustworthy negative one. It also must not be split between training and
validation.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from tfcoseg.data.record import Record

# Beside `images/`; each line names one picture's files, <group>/<file>, tab-separated.
DUPLICATES_FILE = "duplicates_across_classes.tsv"


def duplicate_images(records: Iterable[Record]) -> set[Path]:
    """Returns the image paths that show a picture which stands in several groups.

    Two sources: the folder's list of duplicates where it has one, and equal bytes.

    Example:

    >>> duplicate_images(read_folder("my_pictures"))
    set()
    """
    records = list(records)
    listed = {path for paths in _listed(records) for path in paths}
    images = {record.image for record in records}
    equal = {record.image for same in _equal_across_groups(records) for record in same}
    return (listed & images) | equal


def same_pictures(records: Iterable[Record]) -> list[list[Record]]:
    """Returns the records of each picture that stands in several groups.

    From the two sources of `duplicate_images`; a picture that a list names is not
    looked for by its bytes.
    """
    records = list(records)
    of_image = defaultdict(list)
    for record in records:
        of_image[record.image].append(record)
    listed = [
        [r for path in paths for r in of_image[path]] for paths in _listed(records)
    ]
    known = {record for same in listed for record in same}
    same = listed + _equal_across_groups(r for r in records if r not in known)
    return [group for group in same if len({record.group for record in group}) > 1]


def files_of_pictures(records: Iterable[Record]) -> list[list[Path]]:
    """Returns, of each picture that stands in several groups, its image files.

    From the two sources of `duplicate_images`, one after the other, so that a file may
    be in two of the lists.
    """
    records = list(records)
    images = {record.image for record in records}
    listed = [[path for path in paths if path in images] for paths in _listed(records)]
    equal = [
        [record.image for record in same] for same in _equal_across_groups(records)
    ]
    return listed + equal


def listed_duplicates(records: Iterable[Record], images: Iterable[Path]) -> set[Path]:
    """Returns what the folders' lists of duplicates name beside one of the images.

    Args:
        records: whose folders are meant.
        images: paths; those that a list names are returned, too.
    """
    images = set(images)
    return {
        path
        for paths in _listed(records)
        if not images.isdisjoint(paths)
        for path in paths
    }


def _listed(records) -> Iterator[list[Path]]:
    """The paths of each line of the folders' lists."""
    for root in {record.image.parents[2] for record in records}:
        file = root / DUPLICATES_FILE
        lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else ()
        for line in lines:
            yield [root / "images" / name for name in line.split("\t") if name]


def _equal_across_groups(records):
    by_size = defaultdict(list)
    for record in records:
        by_size[record.image.stat().st_size].append(record)
    by_content = defaultdict(list)
    for alike in by_size.values():
        # Only files of equal length can be equal; reading the others would be a waste.
        for record in alike if len(alike) > 1 else ():
            digest = hashlib.sha256(record.image.read_bytes()).digest()
            by_content[digest].append(record)
    return [
        same
        for same in by_content.values()
        if len({record.group for record in same}) > 1
    ]
