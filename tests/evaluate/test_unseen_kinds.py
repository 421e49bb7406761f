"""The published cross-validation by class is what its rows and its folds say."""

import json
import os
from pathlib import Path
from statistics import mean

import pytest

from tfcoseg.cli.main import build_parser
from tfcoseg.data import read_folder, split_fold

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "unseen_kinds.md").read_text(encoding="utf-8")
PUBLISHED = json.loads((DOCS / "unseen_kinds.json").read_text(encoding="utf-8"))
ROWS = {(row["recipe"], row["fold"]): row for row in PUBLISHED["rows"]}
FOLDS = range(4)
DATA = os.environ.get("TFCOSEG_DATA")


def figures(recipe, fold):
    return ROWS[recipe, fold]["J"]


def over_classes(recipe, fold):
    return mean(figures(recipe, fold).values())


def line(*cells):
    return "| " + " | ".join(cells) + " |"


def test_both_recipes_left_out_the_same_pictures():
    assert ROWS.keys() == {(name, f) for name in ("first", "second") for f in FOLDS}
    for fold in FOLDS:
        first, second = (ROWS[name, fold] for name in ("first", "second"))
        assert first["J"].keys() == second["J"].keys()
        assert first["masks"] == second["masks"]
    assert len({name for fold in FOLDS for name in figures("first", fold)}) == 20


def test_the_table_is_that_of_the_rows():
    first, second = (
        [over_classes(name, fold) for fold in FOLDS] for name in ("first", "second")
    )
    lower = [ROWS["second", fold]["J at threshold 0.3"] for fold in FOLDS]
    titles = [", ".join(figures("first", fold)) for fold in FOLDS]
    columns = titles + ["mean"], *([*c, mean(c)] for c in (first, second, lower))
    for title, one, two, three in zip(*columns):
        cells = f"{two:.1f}", f"{two - one:+.1f}", f"{three:.1f}", f"{three - one:+.1f}"
        assert line(title, f"{one:.1f}", *cells) in TEXT


def test_each_class_is_there():
    for fold in FOLDS:
        for name, first in figures("first", fold).items():
            second = figures("second", fold)[name]
            assert line(name, f"{first:.1f}", f"{second:.1f}") in TEXT


def test_commands_are_in_the_page_and_can_be_parsed():
    words = " ".join(TEXT.replace("\\\n", " ").split())
    for name, command in PUBLISHED["commands"].items():
        assert command in words
        program, kind, *arguments = command.replace(" F ", " 0 ").split()
        if kind == "train":  # with the options of the commits that the page names
            continue
        args = build_parser(kind).parse_args([kind, *arguments])
        assert program == "tfcoseg" and args.command == kind
        assert (args.folds, args.fold, args.fold_by) == (4, 0, "class")


@pytest.mark.parametrize("fold", FOLDS)
@pytest.mark.skipif(not DATA, reason="TFCOSEG_DATA does not name the real data")
def test_the_folds_are_those_of_the_package(fold):
    records = read_folder(Path(DATA) / "pascal_coseg")
    _, held_out = split_fold(records, 4, fold, "class")
    assert {record.group for record in held_out} == figures("first", fold).keys()
