"""Figures and sentences on a screen 80 columns wide."""

import textwrap
from collections.abc import Sequence
from typing import Any

WIDTH = 80


def align(rows: Sequence[Sequence[Any]]) -> str:
    """Rows of cells as text: the first column to the left, the others to the right.

    Numbers get one decimal place, integers none, and None becomes a dash.
    """
    cells = [[cell_text(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if index else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths))
        ).rstrip()
        for row in cells
    )


def cell_text(cell: Any) -> str:
    """One cell: 81.2, 7, a text, or a dash for None."""
    if cell is None:
        return "-"
    return f"{cell:.1f}" if isinstance(cell, float) else str(cell)


def fill(text: str, indent: str = "") -> str:
    """A sentence over several lines, each but the first indented."""
    return textwrap.fill(
        text,
        WIDTH,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
