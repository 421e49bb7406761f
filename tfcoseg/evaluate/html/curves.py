"""The curves of the page: J against the threshold, and against the working size."""

from collections.abc import Mapping
from typing import Any

from tfcoseg.evaluate.html.charts import line_chart
from tfcoseg.evaluate.html.tables import AVERAGES, curve_table
from tfcoseg.evaluate.html.tags import Html, join, tag
from tfcoseg.evaluate.sizes import SIZES


def threshold_chart(report: Mapping[str, Any]) -> Html | str:
    """J at 19 thresholds, if the report has them."""
    curve = report.get("thresholds")
    if not curve or all(j is None for j in curve["images"]):
        return ""
    series = _series(curve)
    at = curve["threshold"]
    best, where = max((j, t) for j, t in zip(curve["images"], at) if j is not None)
    told = (
        f"J over images is greatest at {where:g}, {best:.1f}. A threshold chosen from "
        "this curve would be chosen on the pictures that it is judged by."
    )
    used = report["protocol"]["threshold"]
    ticks = [step / 10 for step in range(1, 10)]
    title = "J against the threshold"
    chart = line_chart("threshold", title, told, at, series, "threshold", ticks, used)
    numbers = curve_table(title, "threshold", at, series)
    return _chart(title, told, chart, numbers)


def size_chart(report: Mapping[str, Any]) -> Html:
    """J at every working size that was tried, or how to have that measured."""
    rows, title = report.get("sizes"), "J against the working size"
    if not rows:
        told = tag("code", f"--sizes {','.join(map(str, SIZES))}")
        text = join("Not measured. ", told, " measures it.")
        return tag("div", tag("h2", title), tag("p", text))
    at = [row["working_size"] for row in rows]
    series = _series({key: [row["J"][key] for row in rows] for key in AVERAGES})
    told = "The same pictures, seen by the network in squares of each size."
    used = report["protocol"]["working_size"]
    axis = "working size, pixels"
    chart = line_chart("size", title, told, at, series, axis, at, used)
    return _chart(title, told, chart, curve_table(title, "working size", at, series))


def _series(curves):
    """The curves by their names; groups of one size make two of them the same."""
    if all(_alike(*both) for both in zip(curves["images"], curves["groups"])):
        return {"over images and groups": curves["images"], "pooled": curves["pooled"]}
    return {words: curves[key] for key, words in AVERAGES.items()}


def _alike(one, other):
    return one == other or (None not in (one, other) and abs(one - other) < 0.01)


def _chart(title, told, chart, numbers):
    details = tag("details", tag("summary", "Numbers"), numbers)
    return tag("div", tag("h2", title), tag("p", told), chart, details)
