"""The heading of an evaluation's table, and its files."""

import os
from pathlib import Path
from typing import Any

from tfcoseg.evaluate.html_page import write_page
from tfcoseg.evaluate.partners import PAIRINGS
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
    groups, left_out = len(report["groups"]), len(report["left_out"])
    lines = [
        f"{report['data']}: {groups} group{'s' * (groups != 1)}, {report['pictures']} "
        f"pictures{_not_judged(report)}, {PAIRINGS[protocol['pairs']]}"
        f"{_fold(protocol)}",
        f"{weights['name']} ({weights['sha256'][:12]}), working size "
        f"{protocol['working_size']}, threshold {protocol['threshold']:g}, measured at "
        f"{protocol['measured_at']}",
    ]
    if report.get("declared"):
        lines.append(_declared(report["declared"]))
    if left_out:
        lines.append(
            f"left out: {left_out} file{'s' * (left_out != 1)} or groups that cannot "
            "be used"
        )
    if report["is_training_score"]:
        lines.append(
            f"Trained on this set: these are training scores, since {weights['name']} "
            f"was trained on {report['data']}. No published figure stands beside them."
        )
    return "\n".join(fill(line, "  ") for line in lines)


def _not_judged(report):
    """Those of which the pairs leave no mask, such as the last of an odd number."""
    count = report["not_judged"]
    return f" ({count} more in no pair that is judged)" if count else ""


def _fold(protocol):
    if protocol["folds"] is None:
        return ""
    return (
        f", fold {protocol['fold']} of {protocol['folds']} by {protocol['fold_by']} "
        "only"
    )


def _declared(declared):
    text = f"protocol {declared['name']} ({declared['source']})"
    if declared["not_published"]:
        text += "; not published: " + ", ".join(declared["not_published"])
    if declared["overridden"]:
        text += "; not followed here: " + ", ".join(declared["overridden"])
    return text


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
