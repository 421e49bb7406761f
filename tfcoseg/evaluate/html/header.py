"""The head of the page: what was judged, how, and with which result."""

from collections.abc import Mapping
from typing import Any

from tfcoseg.evaluate.command_line import command_line
from tfcoseg.evaluate.html.tables import AVERAGES, number
from tfcoseg.evaluate.html.tags import Html, command, join, tag
from tfcoseg.evaluate.phrases import (
    declared_in_words,
    fold_in_words,
    pairs_in_words,
    pictures_in_words,
    training_in_words,
)


def page_header(report: Mapping[str, Any]) -> Html:
    """The set, the weights, the protocol and the command, and the figures in large."""
    name = report["weights"]["name"]
    warning = training_in_words(report)
    return tag(
        "header",
        tag("h1", report["data"]),
        tag("p", f"Co-segmentation by {name}, in percent"),
        tag("p", warning, class_="note") if warning else "",
        _tiles(report),
        _definitions(_facts(report), "facts"),
    )


def _facts(report):
    weights, protocol = report["weights"], report["protocol"]
    size = protocol["working_size"]
    facts = {
        "Pictures": pictures_in_words(report),
        "Compared": pairs_in_words(protocol),
        "Working size": f"{size} x {size}",
        "Threshold": f"{protocol['threshold']:g}",
        "Least score": f"{protocol['min_score']:.3g}",
        "Measured at": protocol["measured_at"],
        "Weights": f"{weights['name']}, sha256 {weights['sha256'][:16]}",
        "Command": command(command_line(report.get("options", {}))),
    }
    if fold := fold_in_words(protocol):
        facts = {"Fold": fold, **facts}
    if declared := report.get("declared"):
        facts = {"Protocol": declared_in_words(declared), **facts}
    return facts


def _tiles(report):
    overall = report["overall"]
    figures = {f"J {words}": overall["J"][key] for key, words in AVERAGES.items()}
    figures |= {"P over images": overall["P"]["images"], "masks": overall["masks"]}
    pairs = {name: number(value) for name, value in figures.items()}
    return _definitions(pairs, "figures")


def _definitions(pairs, class_):
    parts = (join(tag("dt", name), tag("dd", value)) for name, value in pairs.items())
    if class_ == "figures":
        parts = (tag("div", part) for part in parts)
    return tag("dl", *parts, class_=class_)
