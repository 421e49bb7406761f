"""`tfcoseg segment --coco`: a file that other programs read."""

import contextlib
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tfcoseg.cli.main import main
from tfcoseg.pictures import read_mask

pycocotools = pytest.importorskip("pycocotools.coco", reason="needs the extra [test]")


def segment(*args):
    return main(["segment", *map(str, args)])


@pytest.fixture
def albums(tmp_path, square):
    """Two groups, one with a frame, which has a hole, one picture dim."""
    for name in ("a.png", "b.png"):
        square(tmp_path / "in" / "boxes" / name)
    square(tmp_path / "in" / "frames" / "c.png")
    frame = np.zeros((64, 96, 3), np.uint8)
    frame[10:50, 20:60] = 255
    frame[20:40, 30:50] = 0
    Image.fromarray(frame).save(tmp_path / "in" / "frames" / "d.png")
    square(tmp_path / "in" / "frames" / "dim.png", value=60)
    return tmp_path / "in"


def read(file):
    with contextlib.redirect_stdout(io.StringIO()):
        return pycocotools.COCO(str(file))


def test_pycocotools_reads_the_masks(albums, tmp_path, brightness):
    out, file = tmp_path / "out", tmp_path / "annotations.json"
    assert segment("--groups", albums, "--output", out, "--coco", file) == 0
    coco = read(file)
    names = [category["name"] for category in coco.loadCats(coco.getCatIds())]
    assert names == ["boxes", "frames"]
    assert len(coco.getImgIds()) == 5
    results = json.loads((out / "results.json").read_text())["groups"]
    seen = set()
    for annotation in coco.loadAnns(coco.getAnnIds()):
        (image,) = coco.loadImgs(annotation["image_id"])
        (category,) = coco.loadCats(annotation["category_id"])
        (entry,) = [
            entry
            for entry in results[category["name"]]["pictures"]
            if entry["file"] == image["file_name"]
        ]
        mask = read_mask(out / entry["outputs"]["mask"])
        assert (image["height"], image["width"]) == mask.shape
        drawn = coco.annToMask(annotation)
        np.testing.assert_array_equal(drawn, mask)  # boxes have no other corners
        rows, columns = np.nonzero(mask)
        left, top, width, height = annotation["bbox"]
        assert (left, top) == (columns.min(), rows.min())
        assert (left + width, top + height) == (columns.max() + 1, rows.max() + 1)
        assert annotation["area"] == mask.sum() and type(annotation["area"]) is int
        assert annotation["iscrowd"] == (Path(image["file_name"]).name == "d.png")
        seen.add(Path(image["file_name"]).name)
    assert {"a.png", "b.png", "c.png", "d.png"} <= seen
    assert len(seen) == len(coco.getAnnIds())


def test_what_is_not_found_is_an_image_without_annotation(square, tmp_path, brightness):
    pair = [square(tmp_path / f"{value}.png", value=value) for value in (255, 30)]
    file = tmp_path / "a.json"
    assert segment(*pair, "--output", tmp_path / "out", "--coco", file) == 0
    coco = read(file)
    assert len(coco.getImgIds()) == 2 and coco.getAnnIds() == []
    assert coco.loadCats(1)[0]["name"] == "object"


def test_a_picture_in_two_pairs_is_one_image(square, tmp_path, brightness):
    for name in "abc":
        square(tmp_path / f"{name}.png")
    (tmp_path / "pairs.csv").write_text("a.png,b.png\na.png,c.png\n")
    file = tmp_path / "a.json"
    options = ["--output", tmp_path / "out", "--coco", file]
    assert segment("--pairs", tmp_path / "pairs.csv", *options) == 0
    coco = read(file)
    assert len(coco.getImgIds()) == 3 and len(coco.getAnnIds()) == 4


def test_a_file_of_ours_is_replaced_and_no_other(square, tmp_path, brightness, capsys):
    pair = [square(tmp_path / f"{name}.png") for name in "ab"]
    file = tmp_path / "a.json"
    command = [*pair, "--output", tmp_path / "out", "--coco", file]
    assert segment(*command) == 0
    before = file.read_bytes()
    assert segment(*command) == 0
    assert file.read_bytes() == before
    file.write_text("[]")
    assert segment(*command) == 1
    assert "another program wrote it" in capsys.readouterr().err
    assert file.read_text() == "[]"
    assert segment(*command, "--overwrite") == 0
    assert read(file).getAnnIds()
