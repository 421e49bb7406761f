"""A picture's group and name, whether it is a `Record` or a plain (group, name)."""

from collections.abc import Iterable
from typing import Any

from tfcoseg.data.record import Record

# Anything with a `group` and a `name` will do too.
Picture = Record | tuple[str, str]


def group_of(picture: Picture) -> str:
    """The name of a picture's group."""
    return picture.group if hasattr(picture, "group") else picture[0]


def name_of(picture: Picture) -> str:
    """A picture's own name, without its file's suffix."""
    return picture.name if hasattr(picture, "name") else picture[1]


def grouped(pictures: Iterable[Picture]) -> dict[str, list[Any]]:
    """Sorts pictures into groups by name, keeping their order."""
    groups = {}
    for picture in pictures:
        groups.setdefault(group_of(picture), []).append(picture)
    return groups


def by_group(pictures: Iterable[Picture]) -> dict[str, list[Any]]:
    """`grouped`, for those who need two pictures or more of each group.

    Raises:
        ValueError: if a group has one picture.
    """
    groups = grouped(pictures)
    if alone := [name for name, group in groups.items() if len(group) == 1]:
        raise ValueError(
            "A group needs two pictures or more; add some or leave it out. "
            f"Received one picture in: {', '.join(alone)}"
        )
    return groups
