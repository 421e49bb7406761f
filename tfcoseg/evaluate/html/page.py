"""The report of an evaluation as one page of HTML that needs nothing but itself."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tfcoseg.evaluate.extremes import Extremes
from tfcoseg.evaluate.html.curves import size_chart, threshold_chart
from tfcoseg.evaluate.html.header import page_header
from tfcoseg.evaluate.html.pictures import examples
from tfcoseg.evaluate.html.published import published_section
from tfcoseg.evaluate.html.style import STYLE
from tfcoseg.evaluate.html.tables import (
    empty_table,
    group_table,
    overall_table,
    score_table,
)
from tfcoseg.evaluate.html.tags import Html, tag
from tfcoseg.evaluate.phrases import (
    boundary_in_words,
    jaccard_in_words,
    scores_in_words,
)
from tfcoseg.files import replace_file


def write_page(
    path: str | os.PathLike,
    extremes: Extremes,
    report: Mapping[str, Any],
    overwrite: bool = False,
) -> None:
    """Writes the page, in full or not at all.

    Args:
        path: the file, `x.html`.
        extremes: the masks to show.
        report: what `summarise` returned, with what `heading` needs. Also looked at, if
            they are there: `options`, `published`, `thresholds` (of `threshold_curve`)
            and `sizes` (of `evaluate_sizes`).

    Raises:
        FileExistsError: if the file exists and `overwrite` is false.
    """
    text = build_page(extremes, report)
    replace_file(path, lambda new: Path(new).write_text(text, "utf-8"), overwrite)


def build_page(extremes: Extremes, report: Mapping[str, Any]) -> str:
    """The page's text; equal evaluations make equal pages."""
    title = f"{report['data']}: co-segmentation by {report['weights']['name']}"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        tag("style", Html(STYLE)),
    )
    curves = threshold_chart(report), size_chart(report)
    sections = (
        _figures(report),
        published_section(report),
        _groups(report),
        tag("section", *curves, class_="charts"),
        examples(extremes),
        _left_out(report),
        _differences(report),
    )
    body = tag("body", page_header(report), tag("main", *sections), _footer(report))
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def _figures(report):
    told = (
        "J is the intersection of the found and the true object over their union: the "
        "mean over all masks, the mean over groups of each group's mean, and of all "
        "pixels as one picture. P is the percentage of pixels classified correctly, "
        "over images. A mask is empty where nothing was found in common."
    )
    parts = [tag("p", told), overall_table(report)]
    for more in (boundary_in_words(report), jaccard_in_words(report)):
        parts += [tag("p", more)] if more else []
    if report.get("empty"):
        parts.append(tag("h3", "Where nothing is in common"))
        parts.append(empty_table(report["empty"]))
    if scores := report.get("scores"):
        parts.append(tag("h3", "Scores"))
        parts += [tag("p", scores_in_words(scores)), score_table(scores)]
    return tag("section", tag("h2", "Figures"), *parts)


def _groups(report):
    return tag("section", tag("h2", "Groups"), group_table(report["groups"]))


def _left_out(report):
    problems = report["left_out"]
    lines = tag("ul", *(tag("li", line) for line in problems))
    content = lines if problems else tag("p", "Nothing.")
    return tag("section", tag("h2", "Left out"), content)


def _differences(report):
    lines = [tag("li", line) for line in report.get("differences", ())]
    if not lines:
        return ""
    return tag("section", tag("h2", "Not as published"), tag("ul", *lines))


def _footer(report):
    version = f"tfcoseg {report['tfcoseg']}" if "tfcoseg" in report else "tfcoseg"
    took = f", {report['seconds']:g} s" if "seconds" in report else ""
    return tag("footer", f"{version}{took}. Every mask's figures are in results.json.")
