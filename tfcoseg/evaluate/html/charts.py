"""Charts as inline SVG: no script, no font, no colour but the page's."""

import math
from collections.abc import Mapping, Sequence

from tfcoseg.evaluate.html.tags import Html, join, tag

# In the units of the drawing, which are pixels on a phone and 1.3 pixels on a desktop.
_WIDTH, _HEIGHT = 360, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 10, 22, 38

Values = Sequence[float | None]


def bar(share: float | None) -> Html:
    """A bar for a cell of a table, as long as `share`, 0..100, of the cell.

    The number stands in a cell beside it, so that the bar says nothing to readers that
    hear the page.
    """
    track = tag("rect", class_="track", width="100%", height=10, rx=2)
    filled = tag("rect", class_="filled", width=f"{share or 0:.1f}%", height=10, rx=2)
    parts = join(track, filled if share else "")
    return tag("svg", parts, class_="bar", height=10, aria_hidden="true")


def line_chart(
    name: str,
    title: str,
    description: str,
    x_values: Sequence[float],
    series: Mapping[str, Values],
    x_title: str,
    x_ticks: Sequence[float],
    used: float | None = None,
) -> Html:
    """Lines over numbers, in percent, each with its dots, and a legend below.

    Args:
        name: of the chart among those of a page; makes the ids of its parts.
        title, description: what the chart is and says, for those who cannot see it.
        x_values: where the values of `series` stand, rising.
        series: up to three lines, by name; where a value is None the line is broken.
        x_title: what the numbers are.
        x_ticks: those of the numbers that are written on the axis.
        used: the number that the rest of the page is about, marked by a line.
    """
    values = [v for line in series.values() for v in line if v is not None]
    ticks = _ticks(min(values, default=0.0), max(values, default=100.0))
    low, high = min(x_values), max(x_values)

    def x_of(x):
        share = (x - low) / (high - low) if high > low else 0.5
        return round(_LEFT + 6 + share * (_WIDTH - _LEFT - _RIGHT - 12), 1)

    def y_of(y):
        share = (y - ticks[0]) / (ticks[-1] - ticks[0])
        return round(_HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM), 1)

    drawing = tag(
        "svg",
        tag("title", title, id=f"{name}-title"),
        tag("desc", description, id=f"{name}-desc"),
        _y_axis(ticks, y_of),
        _x_axis(x_ticks, x_of, x_title),
        _mark(used, x_of) if used is not None and low <= used <= high else "",
        *(
            _line(number, label, x_values, line, x_of, y_of)
            for number, (label, line) in enumerate(series.items())
        ),
        class_="chart",
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
    )
    legend = (tag("li", _swatch(number), label) for number, label in enumerate(series))
    return join(drawing, tag("ul", *legend, class_="legend"))


def _ticks(low, high):
    """Round numbers, four to seven of them, from below `low` to above `high`."""
    reach = max(high - low, 1.0)
    step = next(s for s in (0.5, 1, 2, 5, 10, 20) if reach / s <= 5 or s == 20)
    first, last = math.floor(low / step), math.ceil(high / step)
    last = max(last, first + 2)
    return [round(number * step, 1) for number in range(first, last + 1)]


def _y_axis(ticks, y_of):
    end = _WIDTH - _RIGHT
    parts = [tag("text", "J, %", x=_LEFT - 6, y=12, text_anchor="end")]
    for tick in ticks:
        y = y_of(tick)
        label = f"{tick:g}"
        parts.append(tag("line", class_="grid", x1=_LEFT, x2=end, y1=y, y2=y))
        parts.append(tag("text", label, x=_LEFT - 6, y=y + 4, text_anchor="end"))
    return tag("g", *parts, aria_hidden="true")


def _x_axis(ticks, x_of, title):
    y = _HEIGHT - _BOTTOM
    parts = [
        tag("text", f"{tick:g}", x=x_of(tick), y=y + 16, text_anchor="middle")
        for tick in ticks
    ]
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(tag("text", title, x=middle, y=_HEIGHT - 4, text_anchor="middle"))
    return tag("g", *parts, aria_hidden="true")


def _mark(used, x_of):
    x = x_of(used)
    anchor = "start" if x < _WIDTH / 2 else "end"
    return tag(
        "g",
        tag("line", class_="mark", x1=x, x2=x, y1=_TOP - 6, y2=_HEIGHT - _BOTTOM),
        tag("text", f"used: {used:g}", x=x, y=12, text_anchor=anchor),
        aria_hidden="true",
    )


def _line(number, label, x_values, values, x_of, y_of):
    runs, points = [[]], []
    for x, value in zip(x_values, values):
        if value is None:
            runs.append([])
            continue
        runs[-1].append(f"{x_of(x)},{y_of(value)}")
        told = tag("title", f"{label}, {x:g}: {value:.1f}")
        dot = _dot(number, x_of(x), y_of(value))
        points.append(tag("g", told, dot))
    lines = (tag("polyline", points=" ".join(run)) for run in runs if len(run) > 1)
    return tag("g", *lines, *points, class_=f"line-{number}")


def _dot(number, x, y):
    """Round, square or a diamond, so that lines differ without their colours, too."""
    if number == 0:
        return tag("circle", cx=x, cy=y, r=2.8)
    turn = f"rotate(45 {x} {y})" if number == 2 else None
    return tag(
        "rect", x=round(x - 2.4, 1), y=round(y - 2.4, 1), width=4.8, height=4.8,
        transform=turn,
    )  # fmt: skip


def _swatch(number):
    return tag(
        "svg",
        tag("polyline", points="1,6 27,6"),
        _dot(number, 14, 6),
        class_=f"swatch line-{number}",
        width=28,
        height=12,
        aria_hidden="true",
    )
