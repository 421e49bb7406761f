import base64
import io
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from tfcoseg.evaluate import Protocol, evaluate_folder
from tfcoseg.evaluate.html_charts import bar, line_chart
from tfcoseg.evaluate.html_header import command_line
from tfcoseg.evaluate.html_page import build_page, write_page
from tfcoseg.evaluate.html_pictures import draw_example
from tfcoseg.evaluate.html_tags import Html, join, tag
from tfcoseg.evaluate.summary import summarise
from tfcoseg.evaluate.thresholds import threshold_curve

VOID = {"meta", "img"}
NASTY = '<b>"cats" & dogs\'</b>'


class Page(HTMLParser):
    """Takes a page apart, and fails where an element is not closed in its order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements = [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, name, attributes):
        element = {"name": name, "attributes": dict(attributes), "text": ""}
        self.elements.append(element)
        if name not in VOID:
            self.open.append(element)

    def handle_startendtag(self, name, attributes):
        self.elements.append({"name": name, "attributes": dict(attributes), "text": ""})

    def handle_endtag(self, name):
        assert self.open.pop()["name"] == name

    def handle_data(self, data):
        for element in self.open:
            element["text"] += data

    def all(self, name, **attributes):
        """The elements of a name that have these attributes."""
        wanted = {key.rstrip("_"): value for key, value in attributes.items()}
        return [
            element
            for element in self.elements
            if element["name"] == name
            and wanted.items() <= element["attributes"].items()
        ]

    def rows(self, label):
        """The cells of each row of a table, header included."""
        start = self.elements.index(self.all("div", **{"aria-label": label})[0])
        rows = []
        for element in self.elements[start + 1 :]:
            if element["name"] == "div":
                break
            if element["name"] == "tr":
                rows.append([])
            if element["name"] in ("th", "td"):
                rows[-1].append(element["text"])
        return rows


@pytest.fixture
def evaluation(folder, write, predictor):
    for index, truth_side in enumerate((8, 6, 5)):
        write(folder, "car", f"{index}", (0, 0, 255), side=4, truth_side=truth_side)
    return evaluate_folder(
        predictor, folder, Protocol(wrong_partner=True, empty_pairs=True), extremes=2
    )


@pytest.fixture
def report(evaluation):
    pairs = [j for j in evaluation.judgements if j.comparison.kind == "pair"]
    return {
        "tfcoseg": "0.1.0",
        "data": "my pictures",
        "options": {"data": "my pictures", "pairs": "all", "void": None, "fold": 0},
        "weights": {"name": "coseg-v9", "sha256": "0123456789abcdef" * 4},
        "is_training_score": False,
        "seconds": 1.5,
        "thresholds": threshold_curve(pairs),
        **summarise(evaluation),
    }


def test_page_needs_nothing_but_itself(evaluation, report):
    text = build_page(evaluation.extremes, report)
    page = Page(text)
    for name in ("script", "link", "iframe", "object", "base", "style"):
        assert len(page.all(name)) == (name == "style")
    for element in page.elements:
        for key, value in element["attributes"].items():
            assert not key.startswith("on")
            if key in ("src", "href", "srcset", "action", "data"):
                assert value.startswith("data:image/jpeg;base64,")
    style = page.all("style")[0]["text"]
    assert "url(" not in style and "@import" not in style
    assert "://" not in text
    ids = [e["attributes"]["id"] for e in page.elements if "id" in e["attributes"]]
    assert len(ids) == len(set(ids))


def test_heading_tells_set_weights_protocol_command_and_version(evaluation, report):
    report["not_judged"] = 2
    page = Page(build_page(evaluation.extremes, report))
    assert page.all("h1")[0]["text"] == "my pictures"
    assert "my pictures" in page.all("title")[0]["text"]
    told = page.all("dl", class_="facts")[0]["text"]
    pictures = "3 groups, 12 pictures (2 more in no pair"
    for fact in (pictures, "consecutive", "64 x 64", "coseg-v9", "01234567"):
        assert fact in told
    command = "tfcoseg evaluate --data 'my pictures' --pairs all --fold 0"
    assert command in told
    assert "tfcoseg 0.1.0" in page.all("footer")[0]["text"]
    assert "training" not in page.all("header")[0]["text"]


def test_figures_are_those_of_the_summary(evaluation, report):
    page = Page(build_page(evaluation.extremes, report))
    header, everything, wrong = page.rows("All figures")
    overall = report["overall"]
    expected = [overall["J"][average] for average in ("images", "groups", "pooled")]
    expected += [overall["P"]["images"], overall["predicted"]["images"]]
    assert everything == ["all groups", "12", *(f"{value:.1f}" for value in expected)]
    assert wrong[:3] == ["beside a wrong partner", "12", "0.0"]
    tiles = page.all("dl", class_="figures")[0]["text"]
    assert f"{expected[0]:.1f}" in tiles and f"{expected[2]:.1f}" in tiles
    assert page.rows("Where nothing is in common")[1][1] == "12"


def test_a_bar_for_each_group_as_long_as_its_j(evaluation, report):
    page = Page(build_page(evaluation.extremes, report))
    rows = page.rows("J of each group")[1:]
    bars = page.all("rect", class_="filled")
    assert len(page.all("svg", class_="bar")) == len(rows) == len(bars) == 3
    assert {row[0] for row in rows} == set(report["groups"])
    assert rows[-1][0] == "car"  # the worst
    for row, drawn in zip(rows, bars):
        jaccard = report["groups"][row[0]]["J"]
        assert drawn["attributes"]["width"] == f"{jaccard:.1f}%"
        assert row[2] == f"{jaccard:.1f}"


def test_group_without_a_defined_j_has_a_dash_and_no_bar(evaluation, report):
    report["groups"]["car"]["J"] = None
    page = Page(build_page(evaluation.extremes, report))
    assert page.rows("J of each group")[-1][2] == "\N{EN DASH}"
    assert len(page.all("rect", class_="filled")) == 2
    assert bar(None).count("<rect") == 1


def test_threshold_curve(evaluation, report):
    page = Page(build_page(evaluation.extremes, report))
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


def test_sizes_are_drawn_or_said_to_be_missing(evaluation, report):
    assert "--sizes 257" in build_page(evaluation.extremes, report)
    report["sizes"] = [
        {"working_size": size, "J": {"images": j, "groups": j + 2, "pooled": None}}
        for size, j in ((33, 50.0), (64, 60.0), (97, 61.0))
    ]
    text = build_page(evaluation.extremes, report)
    page = Page(text)
    assert "--sizes" not in text
    assert page.rows("J against the working size")[1:] == [
        ["33", "50.0", "52.0", "\N{EN DASH}"],
        ["64", "60.0", "62.0", "\N{EN DASH}"],
        ["97", "61.0", "63.0", "\N{EN DASH}"],
    ]
    assert "used: 64" in page.all("svg", class_="chart")[1]["text"]


def test_pictures_are_embedded_and_described(evaluation, report):
    page = Page(build_page(evaluation.extremes, report))
    kinds = evaluation.extremes
    examples = [*kinds.best, *kinds.median, *kinds.worst]
    assert len(page.all("figure")) == len(examples) == 6
    pictures = page.all("img")
    assert len(pictures) == 2 * len(examples)
    for picture in pictures:
        encoded = picture["attributes"]["src"].split(",")[1]
        with Image.open(io.BytesIO(base64.b64decode(encoded))) as image:
            assert image.size == (30, 20)
        assert picture["attributes"]["alt"]
    assert "J 25.0 car/0 beside car/1" in page.all("figure")[4]["text"]


def test_example_is_tinted_where_found_and_outlined_where_true(evaluation):
    worst = evaluation.extremes.worst[0]
    assert worst.comparison.record.name == "0" and worst.mask[2:6, 3:7].all()
    drawn = draw_example(worst).astype(int)
    grey = np.abs(drawn - 128).max(axis=-1)
    assert grey[15:, 20:].max() == 0  # the background is as it was
    outline = (drawn[..., 2] - drawn[..., 0] > 100) & (drawn[..., 1] > 200)
    rows, columns = np.nonzero(outline)
    assert (rows.min(), rows.max()) == (1, 10) and columns.max() == 11
    assert drawn[4, 5, 0] > 120 and drawn[4, 5, 1] < 60  # red over blue


def test_groups_show_two_partners_and_say_how_many_there_are(
    folder, write, predictor, report
):
    for index in range(4, 6):
        write(folder, "car", f"{index}", (0, 0, 255), side=5)
    protocol = Protocol(pairs="group", groups=["car"])
    evaluation = evaluate_folder(predictor, folder, protocol, extremes=1)
    page = Page(build_page(evaluation.extremes, report))
    assert len(page.all("img")) == len(page.all("figure")) * 3
    assert "and 3 more" in page.all("figcaption")[0]["text"]


def test_names_cannot_become_markup(evaluation, report):
    report["data"] = report["weights"]["name"] = NASTY
    report["options"]["data"] = NASTY
    report["groups"] = {NASTY: report["groups"]["car"]}
    report["left_out"] = [f"images/{NASTY}.jpg: broken"]
    report["published"] = [
        {"system": NASTY, "verdict": "unknown", "missing": [NASTY], "notes": [NASTY]}
    ]
    page = Page(build_page(evaluation.extremes, report))
    assert page.all("h1")[0]["text"] == NASTY
    assert not any(b["text"].startswith('"cats"') for b in page.all("b"))
    assert page.rows("J of each group")[1][0] == NASTY
    assert page.all("li")[-1]["text"] == f"images/{NASTY}.jpg: broken"


def test_published_rows_say_whether_they_can_be_compared(evaluation, report):
    report["declared"] = {
        "name": "saa",
        "source": "SAA",
        "averages": ["pooled"],
        "not_published": ["pictures"],
        "overridden": [],
    }
    network = {"backbone": "VGG16", "input_size": 512, "trained_on": ["VOC"]}
    report["published"] = [
        {"system": "A", "venue": "X", "year": 2018, "P": 95.0, "J": 80.0}
        | {"average": "pooled", "verdict": "compatible", "reasons": [], "missing": []}
        | network,
        {"system": "B", "venue": None, "year": None, "P": None, "J": 70.0}
        | {"average": None, "verdict": "incompatible", "reasons": ["other pictures"]}
        | {"trained_on": []},
    ]
    page = Page(build_page(evaluation.extremes, report))
    rows = page.rows("Published figures")
    pooled = report["overall"]["J"]["pooled"]
    assert rows[1][0] == "coseg-v9" and rows[1][3:5] == [f"{pooled:.1f}", "pooled"]
    assert rows[2] == [
        *("A", "X 2018", "95.0", "80.0", "pooled", "same protocol"),
        "VGG16, 512; trained on VOC",
    ]
    assert rows[3] == [
        *("B", "", "\N{EN DASH}", "70.0", "average not published", "not comparable"),
        "other pictures; not trained",
    ]
    assert "saa (SAA); not published: pictures" in page.all("header")[0]["text"]


def test_training_scores_are_named_so(evaluation, report):
    report["is_training_score"] = True
    report["cross_validation"] = {"class": ["tfcoseg train x", "tfcoseg evaluate x"]}
    page = Page(build_page(evaluation.extremes, report))
    assert "training scores" in page.all("p", class_="note")[0]["text"]
    assert "tfcoseg train x" in [code["text"] for code in page.all("code")]


def test_a_report_of_the_least_kind_is_a_page(folder, predictor):
    protocol = Protocol(groups=["car"], per_group=2)
    evaluation = evaluate_folder(predictor, folder, protocol, extremes=0)
    report = {
        "data": "pets",
        "weights": {"name": "w", "sha256": "0" * 64},
        "is_training_score": False,
        **summarise(evaluation),
    }
    page = Page(build_page(evaluation.extremes, report))
    assert [h["text"] for h in page.all("h2")] == [
        *("Figures", "Groups", "J against the working size", "Left out")
    ]
    assert not page.all("figure")


def test_page_is_written_whole_and_replaces_nothing_unasked(
    evaluation, report, tmp_path
):
    path = tmp_path / "report.html"
    write_page(path, evaluation.extremes, report)
    first = path.read_text(encoding="utf-8")
    assert first.startswith("<!DOCTYPE html>") and first.endswith("</html>\n")
    with pytest.raises(FileExistsError, match="--overwrite"):
        write_page(path, evaluation.extremes, report)
    write_page(path, evaluation.extremes, report, overwrite=True)
    assert path.read_text(encoding="utf-8") == first


def test_line_chart_puts_points_where_they_belong():
    series = {"one": [0.0, None, 50.0, 100.0], "two": [100.0, 100.0, 100.0, 100.0]}
    text = line_chart("x", "Title", "Told", [1, 2, 3, 4], series, "n", [1, 4], used=2)
    page = Page(text)
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
def test_line_chart_of_one_point_or_none(values):
    page = Page(line_chart("x", "T", "D", [5], {"one": values}, "n", [5]))
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


def test_tags():
    assert (
        tag("td", "a < b & c", class_="x y") == '<td class="x y">a &lt; b &amp; c</td>'
    )
    assert tag("p", Html("<b>x</b>"), 7) == "<p><b>x</b>7</p>"
    assert tag("img", alt='"', hidden=True, src=None) == '<img alt="&quot;" hidden/>'
    assert tag("text", text_anchor="end") == '<text text-anchor="end"></text>'
    assert join("<", Html("<br/>")) == "&lt;<br/>"
    assert isinstance(join("x"), Html)


def test_command_line_leaves_out_what_was_not_given():
    options = {
        "data": "a b",
        "per_group": 3,
        "groups": ["car", "bird"],
        "void": None,
        "controls": True,
        "quiet": False,
        "fold": 0,
    }
    assert command_line(options) == (
        "tfcoseg evaluate --data 'a b' --per-group 3 --groups car,bird --controls "
        "--fold 0"
    )
