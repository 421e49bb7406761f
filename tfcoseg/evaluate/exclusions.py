"""Groups that may share something, so that neither is the other's wrong partner."""

import itertools
import os
from pathlib import Path

from tfcoseg.data.co_occurrence import may_share_object

# Beside `images/`: the class of each group, where groups are finer than classes.
CLASSES_FILE = "class_groups.tsv"


def read_exclusions(path: str | os.PathLike) -> list[tuple[str, ...]]:
    """Reads a list of look-alike groups, or a table of each group's class.

    A list has on each line two or more names of groups that look alike, each two of
    which are excluded, or one name, which is excluded altogether. A table starts with a
    header whose second column is `class`; groups are excluded whose classes are the
    same or are often photographed together. Names are separated by tabs or, without
    tabs, by spaces; what follows a # is a comment.

    Returns:
        Entries for `Protocol.exclude`: ("name",) and ("name", "name").

    Raises:
        ValueError: if a line of a table has not two columns, or the file is not text.
    """
    path = Path(path)
    rows = [_names(line) for line in _text(path).splitlines()]
    rows = [row for row in rows if row]
    if not rows or rows[0][1:] != ["class"]:
        return [pair for row in rows for pair in _each_two(row)]
    if bad := [row for row in rows if len(row) != 2]:
        raise ValueError(
            "A table of classes must have two columns. "
            f"Received: {path} with {bad[0]}"
        )
    return _excluded_by_class(dict(rows[1:]))


def _text(path):
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(
            "Expected a text file that names look-alike groups. "
            f"Received: {path}: {error}"
        ) from error


def _names(line):
    line = line.partition("#")[0].strip()
    names = line.split("\t") if "\t" in line else line.split()
    return [name.strip() for name in names if name.strip()]


def _each_two(names):
    return list(itertools.combinations(names, 2)) if len(names) > 1 else [(names[0],)]


def _excluded_by_class(classes):
    return [
        (group_a, group_b)
        for group_a, group_b in itertools.combinations(classes, 2)
        if may_share_object(classes[group_a], classes[group_b])
    ]
