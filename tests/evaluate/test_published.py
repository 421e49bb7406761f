import dataclasses
import json

import pytest

from tfcoseg.evaluate import published
from tfcoseg.evaluate.benchmarks import benchmark_names, read_published
from tfcoseg.evaluate.html.tables import number
from tfcoseg.evaluate.partners import OF_SEVERAL, PAIRINGS
from tfcoseg.evaluate.protocols import AVERAGES, ORIGINAL, PROTOCOLS
from tfcoseg.evaluate.published import (
    Figure,
    compare,
    differences,
    not_published,
    published_figures,
    rows_beside,
)
from tfcoseg.evaluate.setting import SOME, Setting
from tfcoseg.evaluate.text import cell_text
from tfcoseg.signature import WORKING_SIZE

FIGURES = published_figures()
# Typed a second time, as P/J, so that a slip of the pen in the file does not go by.
TYPED_AGAIN = """
              pascal_voc_coseg  msrc_coseg  internet_coseg  icoseg     pascal_co
  DOCS        94.2/65.0         95.4/82.9   93.5/72.6       95.1/84.2  -/34.9
  SAA         nf                95.2/77.7   -/70.6          -/86.0     nf
  CARNN       94.1/63.0         nf          97.1/84.0       nf         nf
  SSNM-VGG    93.7/66           94.3/79.4   92.5/67.0       -/88.0     nf
  SSNM-HRNet  94.9/71           95.2/81.9   93.6/71.2       -/89.2     nf
  SSNM        nf                nf          nf              nf         -/74.2
  MCANet      93.5/63.7         94.8/80.6   94.2/74.8       nf         nf
  CycleSegNet 95.8/75.4         97.9/87.2   -/80.4          nf         nf
  DINO        88.2/60.7         96.5/86.7   94.6/79.5       nf         -/79.5
"""
SETTING = Setting("pets", "all", 1037, "all", 512, 512, ("pooled",), 0.5)


@pytest.fixture
def figure():
    """A figure of which everything is known, reached exactly as in SETTING."""
    return Figure(
        system="X",
        venue="V",
        year=2020,
        backbone="B",
        input_size=512,
        trained_on=("dogs",),
        unit="pair",
        pairs="all",
        metric_size=512,
        average="pooled",
        threshold=0.5,
        benchmark="pets",
        groups="all",
        pictures=1037,
        P=90.0,
        J=70.0,
        notes=("n",),
        source="X, V 2020",
    )


def test_a_figure_that_was_reached_in_the_same_way_is_compatible(figure):
    row = compare(figure, SETTING)
    assert row["verdict"] == "compatible" and row["reasons"] == row["missing"] == []
    assert (row["system"], row["P"], row["J"]) == ("X", 90.0, 70.0)
    assert json.loads(json.dumps(row))["notes"] == ["n"]


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"pairs": "group"}, "pair instead of group"),
        ({"pairs": "fives"}, "pair instead of group"),
        ({"pairs": "consecutive"}, "all pairs instead of consecutive pairs"),
        ({"metric_size": ORIGINAL}, "other size (512 x 512)"),
        ({"metric_size": 224}, "other size (512 x 512)"),
        ({"metric_size": 224, "working_size": 224}, "other size (512 x 512)"),
        ({"working_size": 224}, "other working size (512 x 512)"),
        ({"averages": ("images", "groups")}, "other average (pooled)"),
        ({"threshold": 0.4}, "other threshold (0.5)"),
        ({"groups": "groups7"}, "other pictures"),
        ({"groups": SOME}, "other pictures"),
        ({"pictures": 1036}, "other pictures"),
        ({"pictures": SOME}, "other pictures"),
        ({"reference_masks": True}, "without the partner's true mask"),
    ],
)
def test_each_difference_alone_makes_it_incompatible(figure, change, reason):
    setting = dataclasses.replace(SETTING, **change)
    row = compare(figure, setting)
    assert row["verdict"] == "incompatible" and row["reasons"] == [reason]


@pytest.mark.parametrize(
    "change, missing",
    [
        ({"pairs": None}, "pairs"),
        ({"input_size": None}, "working size"),
        ({"metric_size": None}, "metric size"),
        ({"average": None}, "average"),
        ({"threshold": None}, "threshold"),
        ({"groups": None}, "pictures"),
        ({"pictures": None}, "pictures"),
    ],
)
def test_what_is_not_published_leaves_it_open(figure, change, missing):
    figure = dataclasses.replace(figure, **change)
    row = compare(figure, SETTING)
    assert row["verdict"] == "unknown" and row["reasons"] == []
    assert row["missing"] == [missing] == not_published(figure)


def test_a_known_difference_outweighs_what_is_not_known(figure):
    figure = dataclasses.replace(figure, pairs=None, unit="group")
    row = compare(figure, SETTING)
    assert row["verdict"] == "incompatible" and row["missing"] == ["pairs"]
    assert row["reasons"] == ["group instead of pair"]


def test_groups_of_five_are_not_whole_groups(figure):
    figure = dataclasses.replace(figure, unit="group", pairs="fives")
    setting = dataclasses.replace(SETTING, pairs="group")
    assert differences(figure, setting) == ["groups of 5 instead of whole groups"]


def test_all_three_averages_stand_beside_any(figure):
    setting = dataclasses.replace(SETTING, averages=AVERAGES)
    for average in AVERAGES:
        figure = dataclasses.replace(figure, average=average)
        assert compare(figure, setting)["verdict"] == "compatible"


@pytest.mark.parametrize("name", ["pascal_voc_coseg", "pascal_coseg"])
def test_trained_on_the_test_set_under_whichever_name(figure, name):
    figure = dataclasses.replace(figure, trained_on=("dogs", name))
    setting = dataclasses.replace(SETTING, benchmark="pascal_voc_coseg")
    assert differences(figure, setting) == ["trained on the test set"]


def test_a_choice_of_ours_is_on_other_pictures_even_where_theirs_are_unknown(figure):
    figure = dataclasses.replace(figure, groups=None, pictures=None)
    assert differences(figure, SETTING) == []
    setting = dataclasses.replace(SETTING, pictures=SOME)
    assert differences(figure, setting) == ["other pictures"]


@pytest.mark.parametrize(
    "protocol, system",
    [("ssnm", "SSNM-VGG"), ("ssnm", "SSNM-HRNet"), ("mcanet", "MCANet")],
)
def test_on_voc_a_system_is_compatible_with_its_own_protocol_alone(protocol, system):
    for name, declaration in PROTOCOLS.items():
        setting = Setting(
            benchmark="pascal_voc_coseg",
            groups="all",
            pictures=1037,
            pairs=declaration.pairs,
            working_size=declaration.working_size or WORKING_SIZE,
            metric_size=declaration.metric_size,
            averages=declaration.averages or AVERAGES,
            threshold=declaration.threshold,
        )
        rows = {row["system"]: row["verdict"] for row in rows_beside(setting)}
        compatible = rows[system] == "compatible"
        assert compatible == (name == protocol), name


def test_of_msrc_nobody_published_which_pictures():
    setting = Setting("msrc_coseg", "groups7", 70, "group", 321, 321, ("groups",), 0.5)
    rows = {row["system"]: row for row in rows_beside(setting)}
    assert rows["MCANet"]["verdict"] == "unknown"
    assert rows["MCANet"]["missing"] == ["pictures"]
    whole = dataclasses.replace(setting, groups="all", pictures=420)
    assert "other pictures" in compare(_of("MCANet", "msrc_coseg"), whole)["reasons"]


def test_the_comparable_ones_come_first():
    ours = "fives", 224, 224, ("images",), 0.5
    setting = Setting("pascal_voc_coseg", "all", 1037, *ours)
    rows = rows_beside(setting)
    verdicts = [row["verdict"] for row in rows]
    order = ["compatible", "unknown", "incompatible"]
    assert verdicts == sorted(verdicts, key=order.index)
    assert len(rows) == len(published_figures("pascal_voc_coseg")) == 7
    assert {"SSNM-VGG", "SSNM-HRNet"} == {row["system"] for row in rows[:2]}


def test_on_a_set_of_ones_own_nobody_published():
    assert rows_beside(SETTING) == []


def _of(system, benchmark):
    figures = published_figures(benchmark)
    return next(figure for figure in figures if figure.system == system)


@pytest.mark.parametrize("figure", FIGURES, ids=lambda f: f"{f.system}, {f.benchmark}")
def test_figures_are_in_range_and_of_known_things(figure):
    assert 0 < figure.J <= 100
    assert figure.P is None or figure.J <= figure.P <= 100
    assert figure.benchmark in benchmark_names()
    assert str(figure.year) in figure.source
    assert figure.unit in (None, "pair", "group")
    assert figure.average in (None, *AVERAGES)
    assert figure.pairs is None or figure.pairs in PAIRINGS
    if figure.pairs is not None:
        assert figure.unit == ("group" if figure.pairs in OF_SEVERAL else "pair")
    assert 2018 <= figure.year <= 2022
    whole = figure.groups in (None, "all")
    assert whole or f"{figure.benchmark}/{figure.groups}" in benchmark_names()
    voc = figure.benchmark == "pascal_voc_coseg"
    assert (figure.pictures == 1037) == voc


def test_no_figure_stands_twice():
    keys = [(figure.system, figure.benchmark) for figure in FIGURES]
    assert len(keys) == len(set(keys)) == 29


def test_figures_are_those_that_were_published():
    header, *lines = map(str.split, TYPED_AGAIN.strip().splitlines())
    expected = {
        (system, benchmark): tuple(
            None if number == "-" else float(number) for number in cell.split("/")
        )
        for system, *cells in lines
        for benchmark, cell in zip(header, cells, strict=True)
        if cell != "nf"
    }
    assert {(f.system, f.benchmark): (f.P, f.J) for f in FIGURES} == expected


def test_figures_have_the_decimals_that_were_published():
    header, *lines = map(str.split, TYPED_AGAIN.strip().splitlines())
    for system, *cells in lines:
        for benchmark, cell in zip(header, cells, strict=True):
            if cell != "nf":
                figure = _of(system, benchmark)
                assert f"{cell_text(figure.P)}/{cell_text(figure.J)}" == cell
                assert number(figure.J) == cell.partition("/")[2]


def test_a_declared_protocol_and_its_figures_agree():
    by_system = {system["system"]: system for system in read_published()["systems"]}
    for figure in FIGURES:
        name = by_system[figure.system]["protocol"]
        if name is not None:
            declaration = PROTOCOLS[name]
            assert figure.source == declaration.source
            assert figure.pairs == declaration.pairs
            assert figure.average in declaration.averages
            assert figure.metric_size == declaration.metric_size == figure.input_size
            parts = dict(declaration.test_ids)
            assert figure.groups in (None, "all", parts.get(figure.benchmark))


def test_the_file_holds_nothing_else():
    names = {field.name for field in dataclasses.fields(published.Figure)}
    per_figure = {"benchmark", "P", "J", "groups", "pictures", "notes"}
    of_system = names - per_figure - {"threshold"} | {"protocol", "figures", "notes"}
    assert set(read_published()) == {"benchmarks", "systems"}
    for system in read_published()["systems"]:
        assert set(system) == of_system
        for figure in system["figures"]:
            assert set(figure) == per_figure
