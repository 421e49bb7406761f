"""Rows of an ablation as a table: the mean over seeds, and their spread."""

import statistics
from collections.abc import Iterable, Sequence
from typing import Any

from tfcoseg.ablate.pictures import HELD_OUT, SEEN, UNSEEN
from tfcoseg.ablate.settings import Settings
from tfcoseg.evaluate.table import align

SETS = (HELD_OUT, SEEN, UNSEEN)
# Columns that are means over the sets.
_ALWAYS = ("wrong J", "wrong predicted")
_MEANS = (
    *_ALWAYS,
    *("verified J", "verified wrong J", "verified wrong predicted"),
    *("masked J", "masked wrong J"),
)


def summarise(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One entry per cell, in the order in which the cells were first finished.

    Returns:
        Dictionaries of "cell", "change", "beside", "seeds", "parameters", "minutes" (of
        one seed, without the features, which cells share) and "figures": for each
        quantity `(mean, spread)`, the spread being the standard deviation over seeds,
        None for one seed. The quantities are "J" (the mean over the sets),
        "difference" (of J to that of the cell beside, over the seeds that both have),
        "J held out", "J seen kinds", "J unseen kinds", and, means over the sets,
        "wrong J", "wrong predicted", the same with verification ("verified J", ...) and
        with the partner's mask given ("masked J", ...), where they are known.
    """
    cells: dict[str, dict[int, dict[str, Any]]] = {}
    for row in rows:
        cells.setdefault(row["cell"], {})[row["seed"]] = row
    return [
        _entry(list(of_seeds.values()), cells.get(_beside(of_seeds), {}))
        for of_seeds in cells.values()
    ]


def _beside(of_seeds):
    row = next(iter(of_seeds.values()))
    return row["beside"] if row["beside"] != row["cell"] else None


def format_table(rows: Iterable[dict[str, Any]], markdown: bool = False) -> str:
    """The table as text in columns, or as Markdown with what each cell changes."""
    entries = summarise(rows)
    names = list(dict.fromkeys(name for entry in entries for name in entry["figures"]))
    header = ["cell", *(["change"] if markdown else []), "beside", *names]
    header += ["parameters", "minutes", "seeds"]
    lines = [header]
    for entry in entries:
        change = [entry["change"]] if markdown else []
        figures = [
            _with_spread(
                *entry["figures"].get(name, (None, None)),
                "+" if name == "difference" else "",
            )
            for name in names
        ]
        minutes = f"{entry['minutes']:.1f}"
        last = [f"{entry['parameters']:,}", minutes, str(len(entry["seeds"]))]
        beside = "-" if entry["beside"] == entry["cell"] else entry["beside"]
        lines.append([entry["cell"], *change, beside, *figures, *last])
    return _markdown(lines, 3) if markdown else align(lines)


def format_caption(rows: Sequence[dict[str, Any]], settings: Settings) -> str:
    """What the figures of a table are, and what they took, in a sentence or two."""
    hours = sum(sum(row["seconds"].values()) for row in rows) / 3600
    return (
        f"J in percent at {settings.size} x {settings.size} pixels, mean ± standard "
        f"deviation over seeds, for which pictures and their split stay the same; J "
        f"and both wrong-partner figures are means over the sets, the difference is "
        f"that of J to the cell beside. {len(rows)} heads of {settings.steps} steps of "
        f"{settings.batch_size} pairs, {hours:.1f} hours."
    )


def _entry(rows, beside):
    quantities: dict[str, list[float | None]] = {}
    for row in rows:
        for name, value in _quantities(row, beside.get(row["seed"])).items():
            quantities.setdefault(name, []).append(value)
    seconds = [row["seconds"]["training"] + row["seconds"]["judging"] for row in rows]
    return {
        **{name: rows[0][name] for name in ("cell", "change", "beside", "parameters")},
        "seeds": [row["seed"] for row in rows],
        "minutes": statistics.mean(seconds) / 60,
        "figures": {name: _mean_spread(values) for name, values in quantities.items()},
    }


def _quantities(row, beside):
    """The columns of one row; `beside` is that of the same seed to compare it with."""
    figures = row["figures"]
    sets = [figures[name] for name in SETS if name in figures]
    j, other = _j(row), _j(beside)
    return {
        "J": j,
        "difference": None if None in (j, other) else j - other,
        **{f"J {name}": figures[name]["J"] for name in SETS if name in figures},
        **{
            name: _mean(of.get(name.replace(" ", "_")) for of in sets)
            for name in _MEANS
            if name in _ALWAYS or any(name.replace(" ", "_") in of for of in sets)
        },
    }


def _j(row):
    """The mean over the sets; None without a row, or where one is not known."""
    if row is None:
        return None
    of_sets = [row["figures"][name]["J"] for name in SETS if name in row["figures"]]
    return None if None in of_sets else _mean(of_sets)


def _mean_spread(values: Sequence[float | None]):
    defined = [value for value in values if value is not None]
    spread = statistics.stdev(defined) if len(defined) > 1 else None
    return _mean(defined), spread


def _mean(values):
    defined = [value for value in values if value is not None]
    return statistics.mean(defined) if defined else None


def _with_spread(mean, spread, sign=""):
    if mean is None:
        return "-"
    return f"{mean:{sign}.1f}" + ("" if spread is None else f" ± {spread:.1f}")


def _markdown(rows, left):
    """A table in Markdown, whose first columns are aligned to the left."""
    rule = ["---" if index < left else "---:" for index in range(len(rows[0]))]
    lines = [rows[0], rule, *rows[1:]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
