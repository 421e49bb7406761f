"""Which kinds of object each picture is known to hold."""

from collections.abc import Iterable

from tfcoseg.data.duplicates import files_of_pictures
from tfcoseg.data.grouping import Picture, group_of
from tfcoseg.data.kinds import kinds


def known_kinds(records: Iterable[Picture]) -> dict[Picture, frozenset[str]]:
    """Returns {record: the kinds of all groups that its picture stands in}.

    A picture may hold more than that, unlabelled.

    Args:
        records: of one folder or of several; which files show one picture is decided as
            in `duplicate_images`. Of a plain (group, name) its group is all there is.
    """
    records = list(records)
    found = {record: kinds(group_of(record)) for record in records}
    of_image: dict = {}
    for record in records:
        if hasattr(record, "image"):
            of_image.setdefault(record.image, set()).update(found[record])
    pictures = files_of_pictures(r for r in records if hasattr(r, "image"))
    # Twice, so that what a list says of a file reaches its copies in other folders.
    for images in pictures * 2:
        together = set().union(*(of_image[image] for image in images))
        of_image.update((image, together) for image in images)
    return {
        record: frozenset(of_image.get(getattr(record, "image", None), own))
        for record, own in found.items()
    }
