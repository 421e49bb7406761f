"""Pictures and masks in a folder, read in place.

    <root>/images/<group>/<name>.jpg    or another format that Pillow opens
    <root>/masks/<group>/<name>.png     the object that the group has in common

Only headers are read here, so that a folder of thousands opens in a moment.
"""

import os
import warnings
from collections.abc import Iterable, Sequence

from tfcoseg.data.record import Record, problem_with
from tfcoseg.data.scan import scan_folder

__all__ = [
    "Record",
    "how_many",
    "in_short",
    "problem_with",
    "read_folder",
    "scan_folder",
]


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
            warns, with a line for each file or group, and leaves those out. To get the
            lines themselves, call `tfcoseg.data.folder.scan_folder`.

    Returns:
        A list of `Record`. Lists of several folders may be concatenated: groups of the
        same name become one.

    Raises:
        FileNotFoundError: if `root` has no `images/`.
        ValueError: if a mask is missing or of another size, a file is unreadable or a
            link that leads nowhere, a name is not UTF-8, two pictures have one mask, or
            a group has less than two pictures; if a wanted group does not exist, or
            nothing is left.

    Example:

    >>> records = read_folder("my_pictures")
    >>> [(record.group, record.name) for record in records]
    [('car', '1'), ('car', '2'), ('sheep', '1'), ('sheep', '2')]
    """
    if on_error not in ("raise", "skip"):
        raise ValueError(
            f'`on_error` must be "raise" or "skip". Received: on_error={on_error!r}'
        )
    records, problems = scan_folder(root, void_value, groups)
    report = f"{root}: {in_short(problems)}"
    if not records:
        raise ValueError(
            "Expected pictures as <root>/images/<group>/<name>.jpg with masks as "
            "<root>/masks/<group>/<name>.png. Received none. "
            f"{report if problems else root}"
        )
    if problems and on_error == "raise":
        raise ValueError(report)
    if problems:
        warnings.warn(f"{report}\nThese are left out.", stacklevel=2)
    return records


def in_short(problems: Sequence[str], most: int = 20) -> str:
    """A count of problems, and a line for each of the first `most`."""
    lines = [f"{how_many(problems)} cannot be used:", *problems[:most]]
    if len(problems) > most:
        lines.append(f"... and {len(problems) - most} more")
    return "\n  ".join(lines)


def how_many(problems: Sequence[str]) -> str:
    """The count of problems, in words."""
    plural = "s" * (len(problems) != 1)
    return f"{len(problems)} file{plural} or group{plural}"
