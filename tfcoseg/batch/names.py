"""What the files that are written for a group are called."""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tfcoseg.batch.sources import Group

if TYPE_CHECKING:  # all that can draw takes long to import
    from tfcoseg.batch.drawings import Drawings


def distinct_stems(paths: Sequence[str | os.PathLike]) -> list[str]:
    """A name for the outputs of each input: its stem, numbered where stems are equal.

    Stems that differ in case only count as equal, as they do on many disks.

    >>> distinct_stems(["x/cat.jpg", "y/cat.jpg", "dog.jpg"])
    ['cat_1', 'cat_2', 'dog']
    """
    stems = [Path(path).stem for path in paths]
    counts = Counter(stem.casefold() for stem in stems)
    taken = {stem.casefold() for stem in stems}
    names = []
    for stem in stems:
        name, number = stem, 0
        while counts[stem.casefold()] > 1 and name.casefold() in taken:
            number += 1
            name = f"{stem}_{number}"
        taken.add(name.casefold())
        names.append(name)
    return names


def output_names(group: Group, drawings: "Drawings") -> dict[Path, dict[str, str]]:
    """The files of each picture of a group, relative to the output folder, by kind."""
    stems = distinct_stems(group.pictures)
    return {
        path: {kind: _below(group, f"{stem}_{kind}.png") for kind in drawings.kinds()}
        for path, stem in zip(group.pictures, stems)
    }


def sheet_name(group: Group) -> str:
    """The file of a group's contact sheet, relative to the output folder."""
    return _below(group, "contact_sheet.png")


def all_names(groups: Iterable[Group], drawings: "Drawings") -> list[str]:
    """Every file that is going to be written for some groups."""
    names = []
    for group in groups:
        of_pictures = output_names(group, drawings).values()
        names += [name for kinds in of_pictures for name in kinds.values()]
        names += [sheet_name(group)] * drawings.sheet
    return names


def check_names(names: Iterable[str], folder: Path) -> None:
    """Makes sure that files of these names can be in a folder, before any work.

    Raises:
        ValueError: for a name of more bytes than the disk takes.
    """
    try:
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        most = os.pathconf(existing, "PC_NAME_MAX")
    except (AttributeError, OSError, ValueError):
        most = 255
    for part in (part for name in names for part in name.split("/")):
        if len(os.fsencode(part)) > most:
            raise ValueError(
                f"The name of an output may have {most} bytes. Give the picture, or in "
                f"a table the pair, a shorter name. Received: {part}"
            )


def _below(group, name):
    return f"{group.name}/{name}" if group.name else name
