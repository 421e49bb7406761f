"""Published figures on the page, and of each whether it may be compared with ours."""

from collections.abc import Mapping
from typing import Any

from tfcoseg.evaluate.html.tables import AVERAGES, number, table
from tfcoseg.evaluate.html.tags import Html, command, join, tag
from tfcoseg.evaluate.published import COMPATIBLE, INCOMPATIBLE, UNKNOWN

_VERDICTS = {
    COMPATIBLE: "same protocol",
    UNKNOWN: "not all is known",
    INCOMPATIBLE: "not comparable",
}


def published_section(report: Mapping[str, Any]) -> Html | str:
    """The figures of others, or how to cross-validate; nothing where there is neither.

    The latter is for weights that were trained on this set.
    """
    parts = []
    if report.get("published"):
        told = (
            "Figures of others are as they published them. Only where pairs, sizes, "
            "averages and pictures agree does a difference say something about the "
            "systems."
        )
        parts += [tag("p", told), _table(report)]
    if report.get("cross_validation"):
        parts += _cross_validation(report["cross_validation"])
    return tag("section", tag("h2", "Published figures"), *parts) if parts else ""


def _table(report):
    declared = report.get("declared") or {}
    ours, name = report["overall"], report["weights"]["name"]
    rows = [
        [
            tag("th", tag("b", name), scope="row"),
            *("this run", *_numbers(ours["P"][a], ours["J"][a])),
            *_texts(AVERAGES[a], "", ""),
        ]
        for a in declared.get("averages") or AVERAGES
    ]
    rows += [_row(row) for row in report["published"]]
    words = (
        tag("th", w, scope="col", class_="text")
        for w in ("average", "beside ours", "remarks")
    )
    header = ["system", "source", "P", "J", *words]
    return table("Published figures", header, rows, texts=2, class_="stacked")


def _row(row):
    verdict = row["verdict"]
    source = " ".join(str(row[key]) for key in ("venue", "year") if row.get(key))
    told = tag("span", _VERDICTS[verdict], class_=f"verdict {verdict}")
    average = row.get("average")
    words = AVERAGES[average] if average else "average not published"
    remarks = tag("td", "; ".join(_remarks(row)), class_="text why")
    figures = _numbers(row.get("P"), row.get("J"))
    return [row["system"], source, *figures, *_texts(words, told), remarks]


def _numbers(accuracy, jaccard):
    """Cells that say what they are where the columns of a phone do not."""
    pair = {"P": accuracy, "J": jaccard}
    return [tag("td", number(v), data_label=name) for name, v in pair.items()]


def _texts(*cells):
    return [tag("td", cell, class_="text") for cell in cells]


def _remarks(row):
    """What differs, or what is not known; the network, what it was trained on."""
    yield from row.get("reasons") or ()
    if row.get("missing") and row["verdict"] != INCOMPATIBLE:
        yield f"not published: {', '.join(row['missing'])}"
    network = (row.get("backbone"), row.get("input_size"))
    if any(network):
        yield ", ".join(str(part) for part in network if part)
    if (sets := row.get("trained_on")) is not None:
        yield f"trained on {', '.join(sets)}" if sets else "not trained"
    yield from row.get("notes") or ()


def _cross_validation(commands):
    told = (
        "These weights were trained on this set. To know how the recipe does on what "
        "was not trained on, cross-validate: these commands, and the same for each "
        "other fold."
    )
    yield tag("p", told)
    for by, lines in commands.items():
        code = (tag("li", command(line)) for line in lines)
        yield join(tag("p", f"By {by}:"), tag("ul", *code))
