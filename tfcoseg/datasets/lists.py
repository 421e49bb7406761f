"""Lists of pictures beside a benchmark's files, and whether they are as they were."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tfcoseg.data.leaving_out import read_ids


def read_lists(names: Iterable[str], manual_dir: Path) -> dict[str, list[str]]:
    """What each of these files in a folder says, of those that are there."""
    files = {name: manual_dir / name for name in names}
    return {name: read_ids(file) for name, file in files.items() if file.is_file()}


def changed_lists(names: Iterable[str], about: Mapping[str, Any]) -> list[str]:
    """The names of the lists that are not as they were.

    Args:
        names: of the files.
        about: of a set that was made by them: "manual_dir", and what the "lists" said.

    Returns:
        [] also where there is no such folder any more.
    """
    used, then = Path(about.get("manual_dir", "")), about.get("lists", {})
    if not used.is_absolute() or not used.is_dir():
        return []
    now = read_lists(names, used)
    return [name for name in names if now.get(name) != then.get(name)]
