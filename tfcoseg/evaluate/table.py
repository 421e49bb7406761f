"""The figures of an evaluation as a table of text."""

from typing import Any

from tfcoseg.evaluate.cross_validation import in_words
from tfcoseg.evaluate.phrases import (
    boundary_in_words,
    jaccard_in_words,
    score_rows,
    scores_in_words,
)
from tfcoseg.evaluate.published_table import format_published
from tfcoseg.evaluate.text import align as align
from tfcoseg.evaluate.text import fill

_NAMES = {
    "wrong_partner": "wrong partner",
    "no_correlation": "correlation off",
    "nothing_in_common": "nothing in common",
    "true_mask_empty": "true mask empty",
}


def format_table(summary: dict[str, Any]) -> str:
    """Lays out what `summarise` returned, for a screen 80 columns wide.

    Args:
        summary: with the entries `published`, `weights`, `benchmark` and `declared` of
            a report if published figures are to stand below, and `cross_validation` if
            the commands are.
    """
    blocks = [_overall(summary), _groups(summary["groups"])]
    for told in (boundary_in_words(summary), jaccard_in_words(summary)):
        blocks += [fill(told, "  ")] if told else []
    if summary["empty"]:
        blocks.append(_empty(summary["empty"]))
    if summary["scores"]:
        blocks.append(_scores(summary["scores"]))
    if summary.get("published"):
        blocks.append(format_published(summary))
    if summary.get("cross_validation"):
        blocks.append(in_words(summary["cross_validation"]))
    return "\n\n".join(blocks)


def _overall(summary):
    header = ["", "masks", "J images", "J groups", "J pooled", "P", "predicted"]
    header.append("empty")
    sets = {"all groups": summary["overall"]}
    for name, control in summary["controls"].items():
        sets[_NAMES[name]] = control["overall"]
    rows = []
    for name, of in sets.items():
        jaccard = [of["J"][average] for average in ("images", "groups", "pooled")]
        rest = [of["P"]["images"], of["predicted"]["images"], of["empty_masks"]]
        rows.append([name, of["masks"], *jaccard, *rest])
    return align([header, *rows])


def _groups(groups):
    header = ["group", "masks", "J", "J pooled", "P", "predicted", "empty"]
    keys = ["masks", "J", "J_pooled", "P", "predicted", "empty_masks"]
    return align(
        [header, *([name, *(of[key] for key in keys)] for name, of in groups.items())]
    )


def _empty(empty):
    header = ["empty masks", "pictures", "predicted", "any pixel", "over 1 %"]
    keys = ["pictures", "predicted", "any", "over_1_percent"]
    rows = [[_NAMES[name], *(of[key] for key in keys)] for name, of in empty.items()]
    return align([header, *rows])


def _scores(scores):
    header = ["least score", "", "right pairs lost", "wrong pairs rejected"]
    rows = [
        [title, f"{of['min_score']:.3f}", of["right_lost"], of["wrong_rejected"]]
        for title, of in score_rows(scores)
    ]
    return f"{align([header, *rows])}\n{fill(scores_in_words(scores), '  ')}"
