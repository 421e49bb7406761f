"""The figures of an evaluation as tables of a page."""

from collections.abc import Iterable, Sequence
from typing import Any

from tfcoseg.evaluate import protocols
from tfcoseg.evaluate.html.charts import bar
from tfcoseg.evaluate.html.tags import Html, tag
from tfcoseg.evaluate.phrases import score_rows
from tfcoseg.evaluate.protocols import averages_in_words

# The averages of the field, in words.
AVERAGES = {name: averages_in_words([name]) for name in protocols.AVERAGES}

_CONTROLS = {
    "wrong_partner": "wrong partner",
    "no_correlation": "correlation off",
    "nothing_in_common": "wrong partner",
    "true_mask_empty": "true mask empty",
}


def table(
    label: str,
    header: Sequence[Any],
    rows: Iterable[Sequence[Any]],
    texts: int = 1,
    class_: str | None = None,
) -> Html:
    """A table that scrolls sideways in a narrow window, instead of the page.

    Args:
        label: what the table is, for those who hear the page.
        header: of each column a text, or `Html` of a whole `th`.
        rows: of each row its cells: texts, `Html` of a whole `td`, or numbers, which
            get one decimal place; None becomes a dash. The first is the row's heading.
        texts: how many columns, from the left, hold texts.
        class_: `"stacked"` breaks rows instead, on a phone.
    """
    head = tag("tr", *(_head_cell(c, i < texts) for i, c in enumerate(header)))
    body = (
        tag("tr", *(_cell(cell, i, texts) for i, cell in enumerate(row)))
        for row in rows
    )
    inner = tag("table", tag("thead", head), tag("tbody", *body), class_=class_)
    return tag(
        "div", inner, class_="scroll", role="region", aria_label=label, tabindex=0
    )


def overall_table(report: dict[str, Any]) -> Html:
    """J by the three averages, P and the share predicted, controls included."""
    sets = {"all groups": report["overall"]}
    for name, control in report.get("controls", {}).items():
        sets[_CONTROLS.get(name, name)] = control["overall"]
    header = ["", "masks", "J, images", "J, groups", "J, pooled", "P", "predicted"]
    header.append("empty masks")
    rows = [
        [
            name,
            of["masks"],
            *(of["J"][average] for average in ("images", "groups", "pooled")),
            of["P"]["images"],
            of["predicted"]["images"],
            of["empty_masks"],
        ]
        for name, of in sets.items()
    ]
    return table("All figures", header, rows)


def empty_table(empty: dict[str, Any]) -> Html:
    """What is predicted where nothing is in common, in percent."""
    header = ["", "pictures", "predicted", "any pixel", "over 1 %"]
    keys = ["pictures", "predicted", "any", "over_1_percent"]
    rows = (
        [_CONTROLS.get(name, name), *(of[key] for key in keys)]
        for name, of in empty.items()
    )
    return table("Where nothing is in common", header, rows)


def score_table(scores: dict[str, Any]) -> Html:
    """What two least scores do to right and to wrong pairs, in percent."""
    header = ["least score", "", "right pairs lost", "wrong pairs rejected"]
    rows = (
        [title, f"{of['min_score']:.3f}", of["right_lost"], of["wrong_rejected"]]
        for title, of in score_rows(scores)
    )
    return table("Scores", header, rows)


def group_table(groups: dict[str, Any]) -> Html:
    """A row for each group, by falling J, with a bar; a phone hides three columns."""
    order = sorted(groups, key=lambda name: -(groups[name]["J"] or 0.0))
    header = [
        "group",
        tag("th", tag("span", "bar of J", class_="unseen"), scope="col"),
        "J",
        tag("th", "J, pooled", scope="col", class_="wide"),
        "P",
        tag("th", "predicted", scope="col", class_="wide"),
        tag("th", "masks", scope="col", class_="wide"),
    ]
    rows = (
        [
            name,
            tag("td", bar(groups[name]["J"]), class_="bars"),
            groups[name]["J"],
            tag("td", number(groups[name]["J_pooled"]), class_="wide"),
            groups[name]["P"],
            tag("td", number(groups[name]["predicted"]), class_="wide"),
            tag("td", number(groups[name]["masks"]), class_="wide"),
        ]
        for name in order
    )
    return table("J of each group", header, rows)


def curve_table(label: str, first: str, x: Sequence[Any], series: dict) -> Html:
    """The numbers of a curve."""
    rows = zip((f"{value:g}" for value in x), *series.values())
    return table(label, [first, *series], rows)


def number(value: Any) -> str:
    """One decimal place for a float, none for a whole number, a dash for None."""
    if value is None:
        return "\N{EN DASH}"
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def _head_cell(cell, is_text):
    if isinstance(cell, Html):
        return cell
    return tag("th", cell, scope="col", class_="text" if is_text else None)


def _cell(cell, column, texts):
    if isinstance(cell, Html):
        return cell
    if column == 0:
        return tag("th", cell, scope="row")
    is_text = column < texts or isinstance(cell, str)
    return tag("td", number(cell), class_="text" if is_text else None)
