"""What is written of a group, and when it is kept."""

import io
import json
import re

import numpy as np
import pytest
from coseg_groups.manifest import Group
from coseg_groups.model import Answer
from coseg_groups.results import Results, folder_name
from PIL import Image
from pycocotools import mask as coco

MADE_WITH = {"model": "m" * 64, "threshold": 0.5}
GROUP = Group("farm/sheep", ("x/a.jpg", "y/a.jpg", "ü?.png"))
DIGESTS = ["1", "2", "3"]


@pytest.fixture
def soft_masks():
    generator = np.random.default_rng(0)
    sizes = ((5, 7), (6, 4), (3, 3))
    found = [generator.integers(0, 256, size, np.uint8) for size in sizes]
    return [*found[:2], 0 * found[2]]  # the last shows something else


@pytest.fixture
def answer(soft_masks):
    return Answer([png(mask) for mask in soft_masks], [0.9, 0.8, 0.1])


@pytest.fixture
def results(files):
    return Results("out/", MADE_WITH, files)


def png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def record_of(files, group=GROUP):
    return json.loads(files[f"out/{folder_name(group.name)}/group.json"])


def mask_of(files, entry, group=GROUP):
    with Image.open(
        io.BytesIO(files[f"out/{folder_name(group.name)}/{entry['mask']}"])
    ) as image:
        return np.asarray(image)


def test_masks_and_record_say_the_same(results, files, answer, soft_masks):
    results.write(GROUP, DIGESTS, answer)
    record = record_of(files)
    assert record["group"] == "farm/sheep"
    entries = record["pictures"]
    assert [entry["file"] for entry in entries] == list(GROUP.pictures)
    assert [entry["score"] for entry in entries] == [0.9, 0.8, 0.1]
    assert [entry["found"] for entry in entries] == [True, True, False]
    for entry, soft_mask in zip(entries, soft_masks):
        expected = 255 * (soft_mask > 127)
        np.testing.assert_array_equal(mask_of(files, entry), expected)
        np.testing.assert_array_equal(
            coco.decode(entry["segmentation"]) * 255, expected
        )
        assert (entry["height"], entry["width"]) == soft_mask.shape
        assert entry["area"] == pytest.approx((expected > 0).mean())
    assert list(files)[-1].endswith("group.json")  # written when all else is there
    assert len(files) == 4


def test_nothing_is_found_at_a_threshold_of_zero_either(files, answer):
    Results("out", {**MADE_WITH, "threshold": 0.0}, files).write(GROUP, DIGESTS, answer)
    entries = record_of(files)["pictures"]
    assert [entry["found"] for entry in entries] == [True, True, False]
    assert mask_of(files, entries[0]).all() and not mask_of(files, entries[2]).any()


def test_it_is_kept_and_the_same_if_made_again(results, files, answer):
    assert not results.has(GROUP, DIGESTS)
    results.write(GROUP, DIGESTS, answer)
    assert results.has(GROUP, DIGESTS)
    before = dict(files)
    results.write(GROUP, DIGESTS, answer)
    assert files == before


@pytest.mark.parametrize("key", MADE_WITH)
def test_another_model_or_threshold_makes_it_anew(key, results, files, answer):
    results.write(GROUP, DIGESTS, answer)
    other = Results("out", {**MADE_WITH, key: 0.25}, files)
    assert not other.has(GROUP, DIGESTS) and results.has(GROUP, DIGESTS)


def test_other_pictures_make_it_anew_and_leave_nothing_behind(results, files, answer):
    results.write(GROUP, DIGESTS, answer)
    assert not results.has(GROUP, ["1", "2", "4"])
    renamed = Group(GROUP.name, ("x/a.jpg", "y/a.jpg", "c.png"))
    assert not results.has(renamed, DIGESTS)
    results.write(renamed, DIGESTS, answer)
    masks = [entry["mask"] for entry in record_of(files)["pictures"]]
    assert {path.rpartition("/")[2] for path in files} == {*masks, "group.json"}


@pytest.mark.parametrize("what", ["gone", "changed", "record"])
def test_it_is_kept_only_if_it_is_whole(what, results, files, answer):
    results.write(GROUP, DIGESTS, answer)
    mask = next(path for path in files if path.endswith("mask.png"))
    if what == "gone":
        del files[mask]
    elif what == "changed":
        files[mask] += b"\n"
    else:
        files[f"out/{folder_name(GROUP.name)}/group.json"] = b'{"half'
    assert not results.has(GROUP, DIGESTS)


def test_a_run_that_was_killed_has_not_finished(results, files, answer, monkeypatch):
    def replace(path, content):
        if path.endswith("group.json"):
            raise OSError("full")
        files[path] = content

    monkeypatch.setattr(files, "replace", replace, raising=False)
    with pytest.raises(OSError, match="full"):
        results.write(GROUP, DIGESTS, answer)
    assert files and not results.has(GROUP, DIGESTS)


def test_an_answer_of_another_length_is_an_error(results, answer):
    with pytest.raises(ValueError, match="shorter|longer"):
        results.write(Group("x", GROUP.pictures[:2]), DIGESTS[:2], answer)


def test_any_name_has_a_folder_of_its_own():
    names = ["a/b", "a.b", "a_b", "A_b", "a b", "..", ".", "../a", "é", "e\u0301", "🐑"]
    names += ["a" * 40, "a" * 300, "a" * 301, "nul", "a\\b", "-", "*?"]
    folders = [folder_name(name) for name in names]
    assert len({folder.casefold() for folder in folders}) == len(names)
    assert [f for f in folders if not re.fullmatch(r"[\w-]{1,60}", f, re.ASCII)] == []
    assert folders == [folder_name(name) for name in names]
