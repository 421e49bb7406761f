"""The heading of an evaluation's table, and its files."""

import os
from pathlib import Path
from typing import Any

from tfcoseg.data.folder import how_many
from tfcoseg.evaluate.html.page import write_page
from tfcoseg.evaluate.phrases import (
    declared_in_words,
    fold_in_words,
    pairs_in_words,
    pictures_in_words,
    training_in_words,
)
from tfcoseg.evaluate.run import Evaluation
from tfcoseg.evaluate.sheet import draw_sheet
from tfcoseg.evaluate.text import fill
from tfcoseg.files import check_free, write_json
from tfcoseg.pictures import write_png

FILES = "results.json", "contact_sheet.png", "report.html"


def heading(report: dict[str, Any]) -> str:
    """Which set, weights and protocol, and whether the set has been trained on.

    Args:
        report: what `summarise` returned, with the entries `data` (the set's name),
            `weights` (its `name` and `sha256`), `is_training_score` and, if there was
            one to follow, `declared`, a protocol.
    """
    protocol, weights = report["protocol"], report["weights"]
    fold = fold_in_words(protocol)
    lines = [
        f"{report['data']}: {pictures_in_words(report)}, {pairs_in_words(protocol)}"
        f"{fold and f', fold {fold}'}",
        f"{weights['name']} ({weights['sha256'][:12]}), working size "
        f"{protocol['working_size']}, threshold {protocol['threshold']:g}, least score "
        f"{protocol['min_score']:.3g}, measured at {protocol['measured_at']}",
    ]
    if report.get("declared"):
        lines.append(f"protocol {declared_in_words(report['declared'])}")
    if report["left_out"]:
        lines.append(f"left out: {how_many(report['left_out'])} that cannot be used")
    if differences := report.get("differences"):
        plural = "s" * (len(differences) != 1)
        lines.append(f"not as published: {len(differences)} number{plural} of this set")
    if warning := training_in_words(report):
        lines.append(warning)
    return "\n".join(fill(line, "  ") for line in lines)


def write_report(
    folder: str | os.PathLike,
    evaluation: Evaluation,
    report: dict[str, Any],
    overwrite: bool = False,
) -> None:
    """Writes the figures as JSON, the best and the worst masks as a picture, a page.

    Raises:
        FileExistsError: if one of the three exists and `overwrite` is false.
    """
    results, sheet, page = (Path(folder) / name for name in FILES)
    check_free([results, sheet, page], overwrite)
    write_page(page, evaluation.extremes, report, overwrite)
    write_png(sheet, draw_sheet(evaluation), overwrite)
    write_json(results, report, overwrite)
