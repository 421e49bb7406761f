"""The download, opened again: what `tfcoseg segment` would have written."""

import json
import zipfile

import numpy as np
import pytest
from PIL import Image

from tfcoseg.batch.results import read_results
from tfcoseg.coco import decode_rle
from tfcoseg.demo.archive import write_archive
from tfcoseg.demo.finding import find_common
from tfcoseg.pictures import read_image


@pytest.fixture
def found(predictor, draw, dark):
    paths = [draw("a.png"), draw("b.jpg", size=(700, 900)), dark("night.png")]
    return find_common(predictor, paths)


def opened(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return archive.namelist(), json.loads(archive.read("results.json"))


def image(path, name):
    with zipfile.ZipFile(path) as archive, archive.open(name) as file:
        return np.asarray(Image.open(file))


def test_masks_are_of_the_pictures_own_size_and_threshold(found, tmp_path):
    path = tmp_path / "a.zip"
    write_archive(path, found, 0.7)
    names, content = opened(path)
    entries = content["groups"][""]["pictures"]
    kinds = ("mask", "overlay", "cutout")
    expected = [f"{stem}_{kind}.png" for stem in ("a", "b", "night") for kind in kinds]
    assert sorted(names) == sorted([*expected, "results.json"])
    for one, entry in zip(found.pictures, entries, strict=True):
        mask = image(path, entry["outputs"]["mask"])
        assert mask.shape == one.find.size
        assert np.array_equal(mask, one.find.finish(0.7)[0])
        assert np.array_equal(decode_rle(entry["segmentation"]), mask > 0)
        assert entry["area"] == pytest.approx((mask > 0).mean())
        cut = image(path, entry["outputs"]["cutout"])
        assert np.array_equal(cut[..., 3], mask)
        assert np.array_equal(cut[mask > 0][:, :3], read_image(one.path)[mask > 0])
    assert [entry["file"] for entry in entries] == ["a.png", "b.jpg", "night.png"]
    assert [entry["found"] for entry in entries] == [True, True, False]
    scores = [entry["score"] for entry in entries]
    assert scores == [round(one.find.score, 4) for one in found.pictures]
    assert str(tmp_path) not in json.dumps(content)


def test_results_are_read_as_those_of_the_command_are(found, tmp_path):
    path = tmp_path / "a.zip"
    made_with = {"tfcoseg": "1", "options": {"size": 321}}
    write_archive(path, found, 0.25, (255, 255, 255), made_with)
    with zipfile.ZipFile(path) as archive:
        archive.extract("results.json", tmp_path)
    content = read_results(tmp_path / "results.json")
    assert content["tfcoseg"] == "1"
    options = content["options"]
    assert options["size"] == 321 and options["threshold"] == 0.25
    assert options["background"] == [255, 255, 255]
    assert image(path, "a_cutout.png").shape == (64, 96, 3)
    assert made_with == {"tfcoseg": "1", "options": {"size": 321}}


def test_pictures_of_one_name_stay_apart(predictor, draw, tmp_path):
    first = draw("cat.png")
    second = tmp_path / "other" / "cat.png"
    second.parent.mkdir()
    second.write_bytes(draw("dog.png", box=(5, 5, 30, 30)).read_bytes())
    path = tmp_path / "a.zip"
    write_archive(path, find_common(predictor, [first, second]), 0.5)
    _, content = opened(path)
    entries = content["groups"][""]["pictures"]
    assert [entry["file"] for entry in entries] == ["cat_1.png", "cat_2.png"]
    masks = [image(path, entry["outputs"]["mask"]) for entry in entries]
    assert not np.array_equal(*masks)


def test_pictures_that_are_gone_are_told_and_leave_nothing(found, tmp_path):
    found.pictures[1].path.unlink()
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(ValueError, match="Choose them once more.*Received: b.jpg"):
        write_archive(folder / "a.zip", found, 0.5)
    assert list(folder.iterdir()) == []
