"""The notebooks run from top to bottom, and hold what a run printed and drew."""

import ast
import io
import json
import re
import shutil
from base64 import b64decode
from pathlib import Path

import pytest
from PIL import Image

nbformat = pytest.importorskip("nbformat", reason="needs the extra [notebooks]")
nbclient = pytest.importorskip("nbclient", reason="needs the extra [notebooks]")

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
by_name = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def code_cells(path):
    notebook = nbformat.read(path, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def without_magic(source):
    """The code, its lines of IPython's own as a `pass` each."""
    return re.sub(r"^( *)%.*$", r"\1pass", source, flags=re.MULTILINE)


def kinds(cell):
    """What a cell has put out: words, pictures, pages."""
    found = {output.get("name", "") for output in cell.outputs}
    found |= {kind for output in cell.outputs for kind in output.get("data", {})}
    return found - {"", "stderr", "text/plain"}


def test_they_are_the_four():
    assert [path.stem for path in NOTEBOOKS] == [
        *("export_and_serve", "quick_start", "reproduce", "train")
    ]


@by_name
def test_the_first_cell_takes_the_source_from_one_variable(path):
    first, *others = code_cells(path)
    statements = ast.parse(without_magic(first.source)).body
    assert statements[0].targets[0].id == "SOURCE"
    assert re.search(r'%pip install --quiet "\{SOURCE\}"', first.source)
    assert not any("pip install" in cell.source for cell in others)
    beginning = nbformat.read(path, as_version=4).cells[0].source
    assert "colab-badge.svg" in beginning and beginning.startswith("# ")


@by_name
def test_they_hold_the_outputs_of_a_run_in_order(path):
    cells = code_cells(path)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert not [
        o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"
    ]
    pictures = [
        Image.open(io.BytesIO(b64decode(output.data["image/png"])))
        for output in outputs
        if "image/png" in output.get("data", {})
    ]
    assert len(pictures) >= 2
    for picture in pictures:  # none is of one colour
        low, high = zip(*picture.convert("RGB").getextrema())
        assert max(high) - min(low) > 50
    assert path.stat().st_size < 2_000_000


@by_name
def test_their_code_is_as_tidy_as_the_package(path):
    black = pytest.importorskip("black")
    mode = black.Mode(is_ipynb=True, line_length=110)
    for cell in code_cells(path):
        try:
            black.format_cell(cell.source, fast=True, mode=mode)
        except black.NothingChanged:
            continue
        pytest.fail(f"black would change this cell:\n{cell.source}")


@pytest.mark.slow
@by_name
def test_they_run_from_top_to_bottom(path, tmp_path):
    pytest.importorskip("ipykernel", reason="needs the extra [notebooks]")
    pytest.importorskip("matplotlib", reason="needs the extra [notebooks]")
    folder = tmp_path / "notebooks"
    folder.mkdir()
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    notebook = nbformat.read(path, as_version=4)
    before = json.dumps([cell.source for cell in notebook.cells])
    client = nbclient.NotebookClient(
        notebook, timeout=600, resources={"metadata": {"path": str(folder)}}
    )
    client.execute()  # raises the error of a cell that fails
    assert json.dumps([cell.source for cell in notebook.cells]) == before
    ran = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for kept, now in zip(code_cells(path), ran, strict=True):
        assert kinds(kept) <= kinds(now), now.source
