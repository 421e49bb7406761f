"""Rows of an ablation as a table: the mean over seeds, and their spread."""

import statistics
from collections.abc import Iterable, Sequence
from typing import Any

from tfcoseg.ablate.pictures import HELD_OUT, SEEN, UNSEEN
from tfcoseg.ablate.settings import Settings
from tfcoseg.evaluate.table import align

SETS = (HELD_OUT, SEEN, UNSEEN)


def summarise(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One entry per cell, in the order in which the cells were first finished.

    Returns:
        Dictionaries of "cell", "change", "beside", "seeds", "parameters", "minutes" (of
        one seed) and "figures": for each quantity `(mean, spread)`, the spread being
        the standard deviation over seeds, None for one seed. The quantities are "J"
        (the mean over the sets), "J held out", "J seen kinds", "J unseen kinds", and
        "wrong J" and "wrong predicted", the means over the sets.
    """
    cells: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        cells.setdefault(row["cell"], []).append(row)
    return [_entry(rows) for rows in cells.values()]


def format_table(rows: Iterable[dict[str, Any]], markdown: bool = False) -> str:
    """The table as text in columns, or as Markdown with what each cell changes."""
    entries = summarise(rows)
    names = list(dict.fromkeys(name for entry in entries for name in entry["figures"]))
    header = ["cell", *(["change"] if markdown else []), *names]
    header += ["parameters", "minutes", "seeds"]
    lines = [header]
    for entry in entries:
        change = [entry["change"]] if markdown else []
        figures = [_with_spread(*entry["figures"][name]) for name in names]
        minutes = f"{entry['minutes']:.1f}"
        last = [f"{entry['parameters']:,}", minutes, str(len(entry["seeds"]))]
        lines.append([entry["cell"], *change, *figures, *last])
    return _markdown(lines, 2) if markdown else align(lines)


def format_caption(rows: Sequence[dict[str, Any]], settings: Settings) -> str:
    """What the figures of a table are, and what they took, in a sentence or two."""
    hours = sum(sum(row["seconds"].values()) for row in rows) / 3600
    return (
        f"J in percent at {settings.size} x {settings.size} pixels, mean ± standard "
        f"deviation over seeds; J and both wrong-partner figures are means over the "
        f"sets. {len(rows)} heads of {settings.steps} steps of {settings.batch_size} "
        f"pairs, {hours:.1f} hours."
    )


def _entry(rows):
    quantities: dict[str, list[float | None]] = {}
    for row in rows:
        for name, value in _quantities(row["figures"]).items():
            quantities.setdefault(name, []).append(value)
    seconds = [sum(row["seconds"].values()) for row in rows]
    return {
        **{name: rows[0][name] for name in ("cell", "change", "beside", "parameters")},
        "seeds": [row["seed"] for row in rows],
        "minutes": statistics.mean(seconds) / 60,
        "figures": {name: _mean_spread(values) for name, values in quantities.items()},
    }


def _quantities(figures):
    """The columns of one row."""
    sets = [figures[name] for name in SETS if name in figures]
    return {
        "J": _mean(of["J"] for of in sets),
        **{f"J {name}": figures[name]["J"] for name in SETS if name in figures},
        "wrong J": _mean(of["wrong_J"] for of in sets),
        "wrong predicted": _mean(of["wrong_predicted"] for of in sets),
    }


def _mean_spread(values: Sequence[float | None]):
    defined = [value for value in values if value is not None]
    spread = statistics.stdev(defined) if len(defined) > 1 else None
    return _mean(defined), spread


def _mean(values):
    defined = [value for value in values if value is not None]
    return statistics.mean(defined) if defined else None


def _with_spread(mean, spread):
    if mean is None:
        return "-"
    return f"{mean:.1f}" + ("" if spread is None else f" ± {spread:.1f}")


def _markdown(rows, left):
    """A table in Markdown, whose first columns are aligned to the left."""
    rule = ["---" if index < left else "---:" for index in range(len(rows[0]))]
    lines = [rows[0], rule, *rows[1:]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
