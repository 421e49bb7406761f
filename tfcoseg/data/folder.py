"""Pictures and masks in a folder, read in place.

    <root>/images/<group>/<name>.jpg    or .png, .bmp, .webp, .tif
    <root>/masks/<group>/<name>.png     the object that the group has in common

Only headers are read here, so that a folder of thousands opens in a moment.
"""

import os
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tfcoseg.pictures import read_image, read_mask, read_size

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff")


@dataclass(frozen=True)
class Record:
    """One picture and its mask.

    `name` is the file's name without its suffix. `void_value` is the value of this
    mask's pixels that count nowhere, so that records of several folders can be mixed.
    """

    group: str
    name: str
    image: Path
    mask: Path
    void_value: int | None = None


def read_folder(
    root: str | os.PathLike,
    void_value: int | None = None,
    groups: Iterable[str] | None = None,
    on_error: str = "raise",
) -> list[Record]:
    """Lists the pictures of a folder, sorted by group, then by file name.

    Args:
        root: the folder that holds `images/` and `masks/`.
        void_value: kept in each record; see `tfcoseg.pictures.read_mask`.
        groups: names of the groups wanted; None for all.
        on_error: "raise" collects everything that is wrong and raises one error; "skip"
            warns and leaves those pictures out.

    Returns:
        A list of `Record`. Lists of several folders may be concatenated: groups of the
        same name become one.

    Raises:
        FileNotFoundError: if `root` has no `images/`.
        ValueError: if a mask is missing or of another size, a file is unreadable, a
            group has one picture only, or a wanted group does not exist.
    """
    if on_error not in ("raise", "skip"):
        raise ValueError(
            f'`on_error` must be "raise" or "skip". Received: on_error={on_error!r}'
        )
    root = Path(root)
    records, problems = [], []
    for group in _group_names(root, groups):
        found, wrong = _read_group(root, group, void_value)
        records += found
        problems += wrong
    if problems and on_error == "raise":
        raise ValueError(_report(root, problems))
    if problems:
        warnings.warn(_report(root, problems) + "\nThese are left out.", stacklevel=2)
    if not records:
        raise ValueError(
            "Expected pictures as <root>/images/<group>/<name>.jpg with masks as "
            f"<root>/masks/<group>/<name>.png. Received: {root} without any"
        )
    return records


def problem_with(record: Record) -> str | None:
    """What keeps a picture from being used, found by decoding it and its mask."""
    try:
        size = read_image(record.image).shape[:2]
        mask_size = read_mask(record.mask, record.void_value).shape
    except (OSError, ValueError) as error:
        return str(error)
    return _unequal(record.image, size, record.mask, mask_size)


def _group_names(root, groups):
    if not (root / "images").is_dir():
        raise FileNotFoundError(
            "Expected a folder that holds images/<group>/ and masks/<group>/. "
            f"Received: {root}"
        )
    found = sorted(
        entry.name for entry in (root / "images").iterdir() if entry.is_dir()
    )
    if groups is None:
        return found
    groups = [groups] if isinstance(groups, str) else list(groups)
    if unknown := sorted(set(groups) - set(found)):
        raise ValueError(
            f"`groups` must be among {found} in {root}. Received: {unknown}"
        )
    return sorted(set(groups))


def _read_group(root, group, void_value):
    records, problems = [], []
    for image in sorted((root / "images" / group).iterdir()):
        if image.suffix.lower() not in SUFFIXES or image.name.startswith("."):
            continue
        mask = root / "masks" / group / f"{image.stem}.png"
        if problem := _problem_with(image, mask):
            problems.append(problem)
        elif records and records[-1].mask == mask:
            problems.append(f"{image}: another picture has the same mask, {mask}")
        else:
            records.append(Record(group, image.stem, image, mask, void_value))
    if len(records) == 1:
        problems.append(
            f"{records.pop().image}: the only usable picture of group {group!r}; "
            "a group needs two"
        )
    return records, problems


def _problem_with(image, mask):
    try:
        image_size = read_size(image)
        if not mask.is_file():
            return f"{image}: its mask is missing, {mask}"
        mask_size = read_size(mask)
    except ValueError as error:
        return str(error)
    return _unequal(image, image_size, mask, mask_size)


def _unequal(image, image_size, mask, mask_size):
    if image_size != mask_size:
        return (
            f"{image}: height x width is {image_size[0]} x {image_size[1]}, but "
            f"{mask_size[0]} x {mask_size[1]} of its mask {mask}"
        )
    return None


def _report(root, problems):
    lines = [f"{root}: {len(problems)} pictures cannot be used:", *problems[:20]]
    if len(problems) > 20:
        lines.append(f"... and {len(problems) - 20} more")
    return "\n  ".join(lines)
