"""The head of the page: what was judged, how, and with which result."""

import shlex
from collections.abc import Mapping
from typing import Any

from tfcoseg.evaluate.html_tables import AVERAGES, number
from tfcoseg.evaluate.html_tags import Html, join, tag
from tfcoseg.evaluate.partners import PAIRINGS


def page_header(report: Mapping[str, Any]) -> Html:
    """The set, the weights, the protocol and the command, and the figures in large."""
    name = report["weights"]["name"]
    warning = ""
    if report["is_training_score"]:
        text = f"These are training scores: {name} was trained on this set."
        warning = tag("p", text, class_="note")
    return tag(
        "header",
        tag("h1", report["data"]),
        tag("p", f"Co-segmentation by {name}, in percent"),
        warning,
        _tiles(report),
        _definitions(_facts(report), "facts"),
    )


def command_line(options: Mapping[str, Any]) -> str:
    """The command that gives these options, for a shell."""
    words = ["tfcoseg", "evaluate"]
    for name, value in options.items():
        if value is None or value is False:
            continue
        words.append(f"--{name.replace('_', '-')}")
        if isinstance(value, (list, tuple)):
            value = ",".join(map(str, value))
        words += [] if value is True else [str(value)]
    return shlex.join(words)


def _facts(report):
    weights, protocol = report["weights"], report["protocol"]
    groups, size = len(report["groups"]), protocol["working_size"]
    pictures = f"{report['pictures']} in {groups} group{'s' * (groups != 1)}"
    if report.get("not_judged"):
        pictures += f", {report['not_judged']} more in no pair that is judged"
    pairs = PAIRINGS.get(protocol["pairs"], protocol["pairs"])
    facts = {
        "Pictures": pictures,
        "Compared": pairs,
        "Working size": f"{size} x {size}",
        "Threshold": f"{protocol['threshold']:g}",
        "Measured at": protocol["measured_at"],
        "Weights": f"{weights['name']}, sha256 {weights['sha256'][:16]}",
        "Command": tag("code", command_line(report.get("options", {}))),
    }
    if protocol.get("folds"):
        told = (
            f"{protocol['fold']} of {protocol['folds']} by {protocol['fold_by']} only"
        )
        facts = {"Fold": told, **facts}
    if declared := report.get("declared"):
        facts = {"Protocol": _declared(declared), **facts}
    return facts


def _declared(declared):
    text = f"{declared['name']} ({declared['source']})"
    if declared.get("not_published"):
        text += f"; not published: {', '.join(declared['not_published'])}"
    if declared.get("overridden"):
        text += f"; not followed here: {', '.join(declared['overridden'])}"
    return text


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
