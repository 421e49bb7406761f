"""The heading of an evaluation's table, and its files."""

import os
from pathlib import Path
from typing import Any

from tfcoseg.evaluate.run import Evaluation
from tfcoseg.evaluate.sheet import draw_sheet
from tfcoseg.files import check_free, write_json
from tfcoseg.pictures import write_png

FILES = "results.json", "contact_sheet.png"


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
    results, sheet = (Path(folder) / name for name in FILES)
    check_free([results, sheet], overwrite)
    write_png(sheet, draw_sheet(evaluation), overwrite)
    write_json(results, report, overwrite)
