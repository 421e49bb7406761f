"""The heading of an evaluation's table, and its files."""

import json
import os
from pathlib import Path
from typing import Any

from tfcoseg.evaluate.run import Evaluation
from tfcoseg.evaluate.sheet import draw_sheet
from tfcoseg.pictures import write_png

RESULTS, SHEET = FILES = "results.json", "contact_sheet.png"


def heading(report: dict[str, Any]) -> str:
    """Which set, weights and protocol, and whether the set has been trained on.

    Args:
        report: what `summarise` returned, with the entries `data` (the set's name),
            `weights` (its `name` and `sha256`) and `is_training_score`.
    """
    protocol, weights = report["protocol"], report["weights"]
    groups = len(report["groups"])
    lines = [
        f"{report['data']}: {groups} group{'s' * (groups != 1)}, {report['pictures']} "
        f"pictures, {protocol['pairs']} pairs",
        f"{weights['name']} ({weights['sha256'][:12]}), working size "
        f"{protocol['working_size']}, threshold {protocol['threshold']:g}, measured at "
        f"{protocol['measured_at']}",
    ]
    if report["is_training_score"]:
        lines.append(
            f"These are training scores: {weights['name']} was trained on "
            f"{report['data']}."
        )
    return "\n".join(lines)


def write_report(
    folder: str | os.PathLike,
    evaluation: Evaluation,
    report: dict[str, Any],
    overwrite: bool = False,
) -> None:
    """Writes the figures as JSON, and the best and the worst masks as a picture.

    Raises:
        FileExistsError: if one of the two exists and `overwrite` is false.
    """
    results = Path(folder) / RESULTS
    if results.exists() and not overwrite:
        raise FileExistsError(
            f"{results} exists already. Pass --overwrite (overwrite=True in Python) to "
            "replace it, or choose another output folder."
        )
    write_png(results.with_name(SHEET), draw_sheet(evaluation), overwrite)
    temporary = results.with_name(f".{RESULTS}.{os.getpid()}.tmp")
    text = json.dumps(report, indent=1, allow_nan=False) + "\n"
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, results)
