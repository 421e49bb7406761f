"""Everything that a folder holds, what can be used of it and what cannot."""

import os
from collections.abc import Iterable
from pathlib import Path

from tfcoseg.data.printable import is_text, printable
from tfcoseg.data.record import Record, broken_link, header_problem_with
from tfcoseg.pictures import is_picture_name


def scan_folder(
    root: str | os.PathLike,
    void_value: int | None = None,
    groups: Iterable[str] | None = None,
) -> tuple[list[Record], list[str]]:
    """Does what `read_folder` does, but hands back what is wrong and goes on.

    Returns:
        The records, sorted by group, then by file name; and a line for each file or
        group that is left out, which names it and can be printed anywhere. Either may
        be empty.

    Raises:
        FileNotFoundError: if `root` has no `images/`.
        ValueError: if a wanted group does not exist.
        OSError: if `images/` cannot be listed.
    """
    root = Path(root)
    records, problems = [], []
    for folder in _groups_in(root, groups):
        found, wrong = _read_group(root, folder, void_value)
        records += found
        problems += wrong
    return records, [printable(problem) for problem in problems]


def check_root(root: Path) -> None:
    """Makes sure that a folder is one of pictures and masks, without a look at them.

    Raises:
        FileNotFoundError: if `root` has no `images/`.
    """
    if not (root / "images").is_dir():
        raise FileNotFoundError(
            "Expected a folder that holds images/<group>/ and masks/<group>/. "
            f"Received: {root}"
        )


def folders_in(root: Path) -> list[Path]:
    """What may be the groups' folders, sorted: all but files, and hidden ones.

    Links that lead nowhere are among them, whose reading says so.
    """
    return sorted(
        path
        for path in root.iterdir()
        if not path.name.startswith(".") and (path.is_dir() or broken_link(path))
    )


def _groups_in(root, wanted):
    """The groups' folders that are wanted, sorted."""
    check_root(root)
    found = {folder.name: folder for folder in folders_in(root / "images")}
    if wanted is None:
        return list(found.values())
    wanted = {wanted} if isinstance(wanted, str) else set(wanted)
    if unknown := sorted(wanted - found.keys()):
        raise ValueError(
            f"`groups` must be among {list(found)} in {root}. Received: {unknown}"
        )
    return [found[name] for name in sorted(wanted)]


def _read_group(root, folder, void_value):
    masks = root / "masks" / folder.name
    try:
        images = [file for file in sorted(folder.iterdir()) if is_picture_name(file)]
    except OSError as error:
        reason = f"{folder}: this group cannot be listed: {error.strerror}"
        return [], [broken_link(folder) or reason]
    if not is_text(folder.name):
        return [], [f"{folder}: the name of this group is not UTF-8; rename it"]
    if not images:
        return [], [f"{folder}: a group without pictures; remove it or add some"]
    if not os.path.isdir(masks):
        return [], [f"{folder}: the masks of this group are missing, {masks}"]
    records, problems = _usable(images, masks, void_value)
    if len(records) == 1:
        problems.append(
            f"{records.pop().image}: the only usable picture of group {folder.name!r}; "
            "a group needs two"
        )
    return records, problems


def _usable(images, masks, void_value):
    """The records of a group, and lines on the other pictures."""
    records, problems = {}, []
    for image in images:
        mask = masks / f"{image.stem}.png"
        record = Record(masks.name, image.stem, image, mask, void_value)
        if not is_text(image.name):
            problems.append(f"{image}: its name is not UTF-8; rename it")
        elif problem := header_problem_with(record):
            problems.append(problem)
        elif mask in records:
            problems.append(
                f"{image}: another picture has the same mask, {mask}: "
                f"{records[mask].image.name}"
            )
        else:
            records[mask] = record
    return list(records.values()), problems
