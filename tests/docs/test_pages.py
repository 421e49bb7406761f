"""The pages in `docs`: links lead somewhere, pictures and figures are those of now."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

DOCS = Path(__file__).parent.parent.parent / "docs"
PAGES = sorted(DOCS.glob("*.md"))
PICTURES = sorted((DOCS / "pictures").iterdir())
LIMITS = (DOCS / "limits.md").read_text()
# How much masks, drawn on another processor, may differ: points of IoU, of area and of
# score, and of a picture the mean difference of a value in 0..255.
POINTS, AREA, SCORE, GREYS = 3, 0.6, 0.05, 1.0


def difference(path, other):
    """The mean difference of two pictures' values; of other sizes, the greatest."""
    with Image.open(path) as one, Image.open(other) as two:
        if one.size != two.size:
            return 255.0
        one, two = (np.asarray(p.convert("RGB"), np.float32) for p in (one, two))
    return float(np.abs(one - two).mean())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_first_page_names_all_others():
    first = (DOCS / "README.md").read_text()
    others = {page.name for page in PAGES} - {"README.md"}
    assert {name for name in others if f"({name})" not in first} == set()


def test_pictures_are_small_shown_and_described():
    sizes = [path.stat().st_size for path in PICTURES]
    assert max(sizes) < 60_000 and sum(sizes) < 500_000
    shown = dict(re.findall(r"!\[(.+?)\]\(pictures/([\w.]+)\)", LIMITS))
    wanted = {path.name for path in PICTURES} - {"strip.jpg"}
    assert set(shown.values()) == wanted
    assert min(map(len, shown)) > 20


def figures(text):
    """[((picture, size, scene), [IoU, mask, truth, score])], a row each; None for -."""
    rows = re.findall(r"^\| (\w+ \| \d+ \| \w+ \| [-\d].*) \|$", text, re.MULTILINE)
    cells = [row.split(" | ") for row in rows]
    return [
        (tuple(row[:3]), [None if n == "-" else float(n) for n in row[3:]])
        for row in cells
    ]


def group_scores(text):
    (found,) = re.findall(r"^Scores in the group of two halves: (.*)\.$", text, re.M)
    return [float(number) for number in found.split(", ")]


def test_the_table_has_rows_for_every_pair(load):
    pairs = {
        (name, str(size), scene)
        for name, (_, pairs) in load("limits").LIMITS.items()
        for *scenes, size in pairs
        for scene in scenes
    }
    assert {key for key, _ in figures(LIMITS)} == pairs


@pytest.mark.slow
def test_limits_are_those_of_now(load, tmp_path, capsys):
    """Of those pictures that are soon drawn."""
    only = ["neighbours", "nothing", "itself", "fence", "halves"]
    load("limits").main(["--output", str(tmp_path), "--only", *only])
    out = capsys.readouterr().out
    now = figures(out)
    written = [row for row in figures(LIMITS) if row[0][0] in only]
    assert [key for key, _ in now] == [key for key, _ in written]
    for (key, numbers), (_, others) in zip(written, now):
        for one, other, tolerance in zip(numbers, others, (POINTS, AREA, 0.01, SCORE)):
            assert (one is None) == (other is None), key
            assert one is None or abs(one - other) <= tolerance, (key, others)
    assert group_scores(out) == pytest.approx(group_scores(LIMITS), abs=SCORE)
    pictures = list(tmp_path.iterdir())
    assert len(pictures) == len(only)
    for path in pictures:
        assert difference(path, DOCS / "pictures" / path.name) < GREYS, path.name


def test_the_strip_is_what_the_command_makes(load, tmp_path):
    load("strip").main(["--output", str(tmp_path)])
    strip = DOCS / "pictures" / "strip.jpg"
    assert difference(strip, tmp_path / "strip.jpg") < GREYS
    with Image.open(strip) as picture:
        assert 1100 <= picture.width <= 1300
        other = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        other.save(tmp_path / "other.jpg")
    assert difference(strip, tmp_path / "other.jpg") > 5 * GREYS
