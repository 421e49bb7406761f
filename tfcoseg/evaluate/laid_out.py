"""What was left out when `tfcoseg.datasets.as_folder` laid a benchmark out."""

import json
from pathlib import Path

from tfcoseg.data.printable import printable

# As `as_folder` names and writes it, which takes seconds to import.
ABOUT_FILE = "dataset.json"


def read_laid_out(root: str | Path) -> tuple[list[str], list[str]]:
    """What is not right with the benchmark that a folder holds, as its builder found.

    Args:
        root: any folder; of one that was not laid out nothing is known.

    Returns:
        The problems, a line on each picture or group that was left out; and the
        differences, a line on each number that is not the published one.
    """
    file = Path(root) / ABOUT_FILE
    about = _read(file)
    split = about.get("split")
    if not {"void_value", "left_out"} <= about.keys():
        return [], []  # a file of that name by somebody else
    count = _of_split(about["left_out"], split) or 0
    problems = _of_split(about.get("problems"), split)
    if problems is None and count:
        # Laid out when the lines were not kept yet.
        problems = [
            f"{file}: left out {count} when it was prepared, and not which; to know, "
            "prepare it anew"
        ]
    differences = _of_split(about.get("differences"), split)
    return _lines(problems), _lines(differences)


def _read(file):
    try:
        about = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return about if isinstance(about, dict) else {}


def _of_split(values, split):
    known = isinstance(values, dict) and isinstance(split, str)
    return values.get(split) if known else None


def _lines(values):
    return [printable(str(value)) for value in values or ()]
