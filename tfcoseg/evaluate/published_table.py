"""Published figures beside ours as text, those that cannot be compared named so."""

from typing import Any

from tfcoseg.evaluate.protocols import averages_in_words, size_in_words
from tfcoseg.evaluate.published import COMPATIBLE, INCOMPATIBLE, UNKNOWN
from tfcoseg.evaluate.text import cell_text, fill

_TITLES = {
    COMPATIBLE: "published, same protocol",
    UNKNOWN: "published, no difference known, but not all is known",
    INCOMPATIBLE: "published, not comparable",
}
_ROW = "  {:<46}{:>7}{:>7}  {}"


def format_published(report: dict[str, Any]) -> str:
    """Our figures by the averages of the protocol, and the published ones below.

    Args:
        report: what `summarise` returned, with `published` (rows of `compare`),
            `weights` (its `name`), `benchmark` and `declared` (its `averages`).
    """
    blocks = [_ours(report)]
    for verdict, title in _TITLES.items():
        rows = [row for row in report["published"] if row["verdict"] == verdict]
        if rows:
            blocks.append("\n".join([title, *map(_theirs, rows)]))
    return "\n".join(blocks)


def _ours(report):
    overall, weights = report["overall"], report["weights"]["name"]
    lines = [_ROW.format("", "P", "J", "average").replace("  ", "", 1)]
    lines[0] = report["benchmark"] + lines[0][len(report["benchmark"]) :]
    for average in report["declared"]["averages"]:
        figures = (cell_text(overall[name][average]) for name in ("P", "J"))
        lines.append(_ROW.format(weights, *figures, averages_in_words([average])))
    return "\n".join(lines)


def _theirs(row):
    average = averages_in_words([row["average"]]) if row["average"] else "not published"
    figures = cell_text(row["P"]), cell_text(row["J"])
    lines = [_ROW.format(_system(row), *figures, average)]
    lines += [_note(text) for text in _remarks(row)]
    return "\n".join(lines)


def _system(row):
    """The system, and what is known of its network: DOCS (ACCV 2018, VGG16, 512)."""
    size = row["input_size"]
    known = [
        " ".join(str(row[key]) for key in ("venue", "year") if row[key]),
        row["backbone"],
        size_in_words(size).replace(" ", "") if size else None,
    ]
    return f"{row['system']} ({', '.join(filter(None, known))})"


def _remarks(row):
    if row["reasons"]:
        yield "; ".join(row["reasons"])
    elif row["missing"]:
        yield "not published: " + ", ".join(row["missing"])
    facts = [*row["notes"]]
    if row["trained_on"] is not None:
        sets = ", ".join(row["trained_on"])
        facts.insert(0, f"trained on {sets}" if sets else "not trained")
    if facts:
        yield "; ".join(facts)


def _note(text):
    return fill(f"      {text}", " " * 6)
