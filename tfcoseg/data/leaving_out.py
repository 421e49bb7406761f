"""Pictures to leave out, by their ids: another's test pictures, or bad masks."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tfcoseg.data.grouping import Picture, group_of, name_of
from tfcoseg.pictures import picture_suffixes


def without(pictures: Iterable[Picture], ids: Iterable[str]) -> list[Any]:
    """The pictures that no id names, in their order.

    Args:
        pictures: `Record`s, or (group, name).
        ids: "name" for the pictures of that name in all groups, or "group/name". An id
            that names none is no error: such lists are often of a larger set.
    """
    ids = frozenset([ids] if isinstance(ids, str) else ids)
    return [
        picture
        for picture in pictures
        if ids.isdisjoint((name_of(picture), f"{group_of(picture)}/{name_of(picture)}"))
    ]


def read_ids(path: str | os.PathLike) -> list[str]:
    """Reads ids from a text file, one to a line; what follows a # is a comment.

    The suffix of a picture's file may stand behind an id, and is dropped.

    Raises:
        ValueError: if the file is not text.

    Example:

    >>> _ = Path("ids.txt").write_text("sheep/1.jpg  # blurred\\ncar/2")
    >>> read_ids("ids.txt")
    ['sheep/1', 'car/2']
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(
            "Expected a text file with the name of a picture on each line. "
            f"Received: {path}: {error}"
        ) from error
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    return [_without_suffix(line) for line in lines if line]


def _without_suffix(name):
    stem, suffix = os.path.splitext(name)
    return stem if suffix.lower() in picture_suffixes() else name
