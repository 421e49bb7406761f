"""Which pictures belong together: from files, folders and lists of pairs."""

import csv
import glob
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tfcoseg.batch.results import written_in
from tfcoseg.pictures import is_picture_name


@dataclass(frozen=True)
class Group:
    """Pictures of which one object is looked for.

    Attributes:
        name: of the folder, below that of the output, for what is written; "" for none.
        pictures: their paths, two or more if all goes well, each of them once.
        anchor: a picture by whose object all of them are cut out, or None: each is
            compared with all others.
        names: what pictures are called that are copies of what came through standard
            input or a pipe, by their paths.

    Example:

    >>> group = Group("sheep", (Path("a.jpg"), Path("b.jpg")))
    >>> group.anchor is None, group.called(group.pictures[0])
    (True, 'a.jpg')
    """

    name: str
    pictures: tuple[Path, ...]
    anchor: Path | None = None
    names: Mapping[Path, str] = field(default_factory=dict, hash=False)

    def called(self, path: Path) -> str:
        """What a picture is called, in results and in messages."""
        return self.names.get(path, str(path))


class NoPictures(FileNotFoundError):
    """Where pictures were expected there are none, or none yet."""


def find_pictures(
    inputs: Iterable[str | os.PathLike], recursive: bool = False
) -> list[Path]:
    """The pictures that files, folders and patterns stand for, each once.

    What an earlier run has written is not taken out of folders and patterns: masks lie
    beside pictures there.

    Args:
        inputs: files, taken as they are; folders, of which the pictures are taken,
            sorted by name; patterns of `glob` ("**" with `recursive`), where no file
            has that very name. Hidden files in folders are no pictures.
        recursive: whether folders inside folders are looked into. A link to a folder is
            not followed there, so that no circle of links has no end.

    Returns:
        Paths as they were given or found.

    Raises:
        FileNotFoundError: for a pattern that nothing matches.
        NoPictures: for a folder that holds none, or a pattern that matches none.

    Example:

    >>> [path.name for path in find_pictures(["*.jpg", "my_pictures/images/car"])]
    ['a.jpg', 'b.jpg', 'c.jpg', '1.jpg', '2.jpg']
    """
    found: dict[Path, Path] = {}
    for given in inputs:
        for path in _pictures_of(Path(given), recursive):
            found.setdefault(_place(path), path)
    return list(found.values())


def subfolder_groups(folder: str | os.PathLike, recursive: bool = False) -> list[Group]:
    """A group of each folder inside a folder, by name; those without pictures are none.

    Raises:
        NotADirectoryError: if it is no folder.
        NoPictures: if no folder in it holds a picture.

    Example:

    >>> groups = subfolder_groups("my_pictures/images")
    >>> [(group.name, len(group.pictures)) for group in groups]
    [('car', 2), ('sheep', 2)]
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise NotADirectoryError(
            "Expected a folder that holds a folder of pictures for each group. "
            f"Received: {folder}"
        )
    groups = [
        Group(inner.name, tuple(pictures))
        for inner in sorted(folder.iterdir())
        if inner.is_dir() and not inner.name.startswith(".")
        if (pictures := _pictures_in(inner, recursive, written_in(folder)))
    ]
    if not groups:
        raise NoPictures(
            "Expected a folder that holds a folder of pictures for each group. "
            f"Received: {folder}, with no picture in the folders in it; without "
            "--groups its own pictures are one group"
        )
    return groups


def csv_pairs(file: str | os.PathLike) -> list[Group]:
    """A group of each row of a table: two pictures, relative to the table's folder.

    Args:
        file: CSV in UTF-8 of two columns, or of three, of which the last is the group's
            name; by default that is made of the pictures' names. A first row of the
            words image_a, image_b is a heading.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if a row is not of that kind, or there is none.

    Example:

    >>> _ = Path("pairs.csv").write_text("image_a,image_b\\na.jpg,b.jpg\\na.jpg,c.jpg")
    >>> [group.name for group in csv_pairs("pairs.csv")]
    ['a+b', 'a+c']
    """
    file = Path(file)
    groups: list[Group] = []
    taken: set[str] = set()
    for number, row in _rows(file):
        if len(row) not in (2, 3) or not all(map(str.strip, row)):
            raise ValueError(
                "Expected a row of two pictures, and the pair's name if it has one. "
                f"Received: {file}, line {number}: {','.join(row)}"
            )
        paths = [file.parent / cell.strip() for cell in row[:2]]
        name = row[2].strip() if row[2:] else "+".join(path.stem for path in paths)
        if row[2:] and (name.casefold() in taken or not _is_plain(name)):
            raise ValueError(
                "Expected a name for a folder that no other pair has. "
                f"Received: {file}, line {number}: {name}"
            )
        name = _distinct(name, taken)
        taken.add(name.casefold())
        groups.append(Group(name, tuple(paths)))
    if not groups:
        raise ValueError(f"Expected a row for each pair. Received: {file}, of no rows")
    return groups


def _pictures_of(given, recursive):
    if given.is_dir():
        if not (pictures := _pictures_in(given, recursive)):
            raise _no_pictures(given)
        return pictures
    if given.exists() or not glob.has_magic(str(given)):
        return [given]  # reading it raises the error if there is none
    matches = sorted(map(Path, glob.glob(str(given), recursive=recursive)))
    if not matches:
        raise FileNotFoundError(f"No file has a name like {given}")
    pictures: list[Path] = []
    for match in matches:
        if match.is_dir():
            pictures += _pictures_in(match, recursive)
        else:
            pictures += _wanted([match], written_in(match.parent))
    if not pictures:
        raise NoPictures(f"No picture has a name like {given}, though other files have")
    return pictures


def _no_pictures(folder):
    """The error of a folder without, which tells what there is instead."""
    inner = _pictures_in(folder, recursive=True)
    if inner:
        instead = (
            "whose folders hold some; with --groups each of them is a group, with "
            "--recursive all are one"
        )
    else:
        number = sum(1 for _ in folder.iterdir())
        instead = f"with {number} other files" if number else "which is empty"
    return NoPictures(f"Expected a folder of pictures. Received: {folder}, {instead}")


def _pictures_in(folder, recursive, written=frozenset()):
    """The pictures of a folder; `written` are files that are known to be ours."""
    written = set(written)
    pictures: list[Path] = []
    for root, folders, files in os.walk(folder):
        written |= written_in(Path(root))
        pictures += _wanted([Path(root) / name for name in sorted(files)], written)
        folders[:] = sorted(f for f in folders if recursive and not f.startswith("."))
    return pictures


def _wanted(paths, written):
    return [
        path for path in paths if is_picture_name(path) and _place(path) not in written
    ]


def _place(path):
    """Where a path leads; `Path.resolve` fails at a link to itself."""
    return Path(os.path.realpath(path))


def _rows(file):
    """(number of the line, cells) of each row that is not empty, nor the heading."""
    try:
        with open(file, encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream)
            rows = [(reader.line_num, row) for row in reader if any(row)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"Expected a CSV file in UTF-8. Received: {file}: {error}")
    except FileNotFoundError as error:
        raise FileNotFoundError(f"There is no such file: {file}") from error
    heading = [cell.strip().lower() for cell in rows[0][1][:2]] if rows else []
    return rows[1:] if heading == ["image_a", "image_b"] else rows


def _is_plain(name):
    """Whether it is a name of one folder, and not a way to another."""
    return Path(name).name == name and not name.startswith(".")


def _distinct(name, taken):
    number, distinct = 1, name
    while distinct.casefold() in taken:
        number += 1
        distinct = f"{name}_{number}"
    return distinct
