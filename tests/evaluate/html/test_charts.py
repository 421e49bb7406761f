import re

import pytest

from tfcoseg.evaluate.html.charts import bar, line_chart
from tfcoseg.evaluate.html.page import build_page


def test_a_bar_for_each_group_as_long_as_its_j(parse, evaluation, report):
    page = parse(build_page(evaluation.extremes, report))
    rows = page.rows("J of each group")[1:]
    bars = page.all("rect", class_="filled")
    assert len(page.all("svg", class_="bar")) == len(rows) == len(bars) == 3
    assert {row[0] for row in rows} == set(report["groups"])
    assert rows[-1][0] == "car"  # the worst
    for row, drawn in zip(rows, bars):
        jaccard = report["groups"][row[0]]["J"]
        assert drawn["attributes"]["width"] == f"{jaccard:.1f}%"
        assert row[2] == f"{jaccard:.1f}"


def test_group_without_a_defined_j_has_a_dash_and_no_bar(parse, evaluation, report):
    report["groups"]["car"]["J"] = None
    page = parse(build_page(evaluation.extremes, report))
    assert page.rows("J of each group")[-1][2] == "\N{EN DASH}"
    assert len(page.all("rect", class_="filled")) == 2
    assert bar(None).count("<rect") == 1


def test_threshold_curve(parse, evaluation, report):
    page = parse(build_page(evaluation.extremes, report))
    chart = page.all("svg", class_="chart")
    assert len(chart) == 1 and chart[0]["attributes"]["role"] == "img"
    names = chart[0]["attributes"]["aria-labelledby"].split()
    told = [page.all(kind, id=name) for kind, name in zip(("title", "desc"), names)]
    assert told[0][0]["text"] == "J against the threshold" and told[1][0]["text"]
    rows = page.rows("J against the threshold")
    assert len(rows) == 1 + 19
    # Groups of one size: the average over images is that over groups.
    assert rows[0] == ["threshold", "over images and groups", "pooled"]
    assert rows[10] == [
        "0.5",
        f"{report['thresholds']['images'][9]:.1f}",
        f"{report['thresholds']['pooled'][9]:.1f}",
    ]


def test_sizes_are_drawn_or_said_to_be_missing(parse, evaluation, report):
    assert "--sizes 257" in build_page(evaluation.extremes, report)
    report["sizes"] = [
        {"working_size": size, "J": {"images": j, "groups": j + 2, "pooled": None}}
        for size, j in ((33, 50.0), (64, 60.0), (97, 61.0))
    ]
    text = build_page(evaluation.extremes, report)
    page = parse(text)
    assert "--sizes" not in text
    assert page.rows("J against the working size")[1:] == [
        ["33", "50.0", "52.0", "\N{EN DASH}"],
        ["64", "60.0", "62.0", "\N{EN DASH}"],
        ["97", "61.0", "63.0", "\N{EN DASH}"],
    ]
    assert "used: 64" in page.all("svg", class_="chart")[1]["text"]


def test_line_chart_puts_points_where_they_belong(parse):
    series = {"one": [0.0, None, 50.0, 100.0], "two": [100.0, 100.0, 100.0, 100.0]}
    text = line_chart("x", "Title", "Told", [1, 2, 3, 4], series, "n", [1, 4], used=2)
    page = parse(text)
    dots = [
        (float(c["attributes"]["cx"]), float(c["attributes"]["cy"]))
        for c in page.all("circle")[:3]
    ]
    (x0, y0), (x1, y1), (x2, y2) = dots
    assert x1 - x0 == pytest.approx(2 * (x2 - x1), abs=0.2)  # the None is left out
    assert y0 - y1 == pytest.approx(y1 - y2, abs=0.2) and y0 > y2
    # One line of two points and one of four; the single point has none. Two in legends.
    points = [len(p["attributes"]["points"].split()) for p in page.all("polyline")]
    assert points == [2, 4, 2, 2]
    assert "one, 3: 50.0" in [title["text"] for title in page.all("title")]
    assert len(page.all("li")) == 2


@pytest.mark.parametrize("values", [[None], [42.0], [0.0], [100.0]])
def test_line_chart_of_one_point_or_none(parse, values):
    page = parse(line_chart("x", "T", "D", [5], {"one": values}, "n", [5]))
    inside = [c for c in page.all("circle") if float(c["attributes"]["cy"]) != 6]
    assert len(inside) == sum(value is not None for value in values)
    for dot in inside:
        assert 0 < float(dot["attributes"]["cy"]) < 240


@pytest.mark.parametrize("low, high", [(0, 100), (78.2, 79.1), (53, 57.4), (99, 100)])
def test_axis_has_few_round_numbers_that_hold_the_values(low, high):
    text = line_chart("x", "T", "D", [1, 2], {"one": [low, high]}, "n", [1])
    labels = re.findall(r'text-anchor="end">([\d.]+)<', text)
    ticks = [float(label) for label in labels]
    assert 3 <= len(ticks) <= 7 and ticks == sorted(ticks)
    assert ticks[0] <= low and ticks[-1] >= high
