"""The table of formats is that of what is read now."""

from pathlib import Path

import numpy as np
import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def formats(load):
    return load("formats")


def rows(lines):
    """{kind: {format: cell}} of a Markdown table."""
    head, _, *body = ([c.strip() for c in line.split("|")[1:-1]] for line in lines)
    return {first: dict(zip(head[1:], cells)) for first, *cells in body}


def test_the_table_is_what_is_read(formats):
    now = rows(formats.table())
    written = rows([line for line in PAGE.splitlines() if line.startswith("|")])
    assert now.keys() == written.keys()
    for kind, cells in now.items():  # a Pillow without AVIF has a column less
        assert cells == {name: written[kind][name] for name in cells}
    cells = [cell for of_kind in written.values() for cell in of_kind.values()]
    assert set(cells) == {"read", "-"} and cells.count("read") > 60


def test_a_picture_that_is_read_wrong_is_told(formats, tmp_path):
    image, expected = formats.pictures()["RGB"]
    assert formats.answer(image, expected, "PNG", tmp_path) == "read"
    assert formats.answer(image, 255 - expected, "PNG", tmp_path).startswith("wrong by")
    cut = np.asarray(formats.pictures()["F"][0]) / 255
    floats = formats.Image.fromarray(cut)
    assert formats.answer(floats, expected, "TIFF", tmp_path) == "refused"
