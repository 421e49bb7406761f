"""The published table is what its rows say, and of the grid as it stands."""

import dataclasses
import json
from pathlib import Path

import pytest

from tfcoseg.ablate import CELLS, Settings, format_caption, format_table, summarise

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "ablation.md").read_text(encoding="utf-8")
PUBLISHED = json.loads((DOCS / "ablation.json").read_text(encoding="utf-8"))
SETTINGS = PUBLISHED["settings"]


def test_table_and_caption_are_those_of_the_rows():
    rows = PUBLISHED["rows"]
    assert format_table(rows, markdown=True) in TEXT
    settings = Settings(**{name: SETTINGS[name] for name in ("data", "size", "steps")})
    assert format_caption(rows, settings) in " ".join(TEXT.split())


@pytest.mark.xfail(
    reason="docs/ablation.json was measured with the earlier network, as its page says",
    strict=True,
)
def test_every_cell_is_there_as_it_is_now():
    entries = {entry["cell"]: entry for entry in summarise(PUBLISHED["rows"])}
    assert {name: (of["change"], of["beside"]) for name, of in entries.items()} == {
        cell.name: (cell.change, cell.beside) for cell in CELLS
    }


def test_contenders_have_three_seeds_and_a_spread():
    entries = {entry["cell"]: entry for entry in summarise(PUBLISHED["rows"])}
    contenders = [name for name, of in entries.items() if len(of["seeds"]) >= 3]
    assert "base" in contenders and len(contenders) > 2
    assert all(entries[name]["figures"]["J"][1] > 0 for name in contenders)


def test_settings_are_the_defaults():
    chosen = {"data", "validation", "backbone_weights"}
    defaults = {f.name: f.default for f in dataclasses.fields(Settings)}
    assert {name: SETTINGS[name] for name in defaults.keys() - chosen} == {
        name: defaults[name] for name in defaults.keys() - chosen
    }


def test_benchmark_pictures_served_for_no_choice():
    assert SETTINGS["validation"] == ["msrc_coseg"] and SETTINGS["skip_first"] >= 10
