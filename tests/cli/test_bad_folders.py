"""What is wrong with a folder earns one line, which names it, and the rest is used.

By everything that reads folders: `read_folder`, `tfcoseg evaluate`, `tfcoseg train`.
"""

import functools
import json
import os
import re
import warnings
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from tfcoseg.cli.main import main
from tfcoseg.data.folder import problem_with, read_folder
from tfcoseg.evaluate import evaluate_folder

CATS = ["0", "1", "2", "3"]


@pytest.fixture
def root(tmp_path):
    """Two groups of four pictures each."""
    generator = np.random.default_rng(0)
    for group in ("bus", "cat"):
        for kind in ("images", "masks"):
            (tmp_path / "set" / kind / group).mkdir(parents=True)
        for name in CATS:
            pixels = generator.integers(0, 256, (32, 48, 3), np.uint8)
            mask = np.zeros((32, 48), np.uint8)
            mask[4:20, 6:30] = 255
            for kind, array in (
                (f"images/{group}/{name}.jpg", pixels),
                (f"masks/{group}/{name}.png", mask),
            ):
                Image.fromarray(array).save(tmp_path / "set" / kind)
    return tmp_path / "set"


def cut(file, share):
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * share)])


def link(file, target):
    file.unlink(missing_ok=True)
    file.symlink_to(target)


def new_group(root, name, pictures):
    for kind, suffix in (("images", "jpg"), ("masks", "png")):
        folder = os.path.join(os.fsencode(root / kind), name)
        os.mkdir(folder)
        for index in range(pictures):
            data = (root / kind / "cat" / f"{index}.{suffix}").read_bytes()
            Path(os.fsdecode(folder), f"{index}.{suffix}").write_bytes(data)


def truncated_jpeg(root):
    cut(root / "images/cat/1.jpg", 0.6)


def truncated_mask(root):
    cut(root / "masks/cat/1.png", 0.6)


def header_cut(root):
    cut(root / "images/cat/1.jpg", 0.02)


def empty_file(root):
    cut(root / "images/cat/1.jpg", 0)


def no_picture(root):
    (root / "images/cat/1.jpg").write_text("no picture\nat all\n")


def folder_for_a_picture(root):
    (root / "images/cat/1.jpg").unlink()
    (root / "images/cat/1.jpg").mkdir()


def mask_of_another_size(root):
    Image.new("L", (48, 31)).save(root / "masks/cat/1.png")


def mask_of_other_values(root):
    Image.new("L", (48, 32), 7).save(root / "masks/cat/1.png")


def mask_missing(root):
    (root / "masks/cat/1.png").unlink()


def empty_group(root):
    (root / "images/empty").mkdir()


def group_of_one(root):
    new_group(root, b"lone", 1)


def two_files_of_one_stem(root):
    # A name that is sorted between the two of them.
    Image.open(root / "images/cat/1.jpg").save(root / "images/cat/1.png")
    for kind, suffix in (("images", "jpg"), ("masks", "png")):
        folder = root / kind / "cat"
        (folder / f"2.{suffix}").rename(folder / f"1.k.{suffix}")


def name_not_utf_8(root):
    for kind, suffix in (("images", b"jpg"), ("masks", b"png")):
        folder = os.fsencode(root / kind / "cat")
        os.rename(folder + b"/1." + suffix, folder + b"/caf\xe9." + suffix)


def group_not_utf_8(root):
    new_group(root, b"gr\xfcn", 2)


def name_with_a_line_break(root):
    (root / "images/cat/1.jpg").rename(root / "images/cat/o\nne.jpg")


def picture_linked_to_itself(root):
    link(root / "images/cat/1.jpg", "1.jpg")


def picture_linked_to_nothing(root):
    link(root / "images/cat/1.jpg", "nothing.jpg")


def mask_linked_in_a_circle(root):
    link(root / "masks/cat/1.png", "a.png")
    link(root / "masks/cat/a.png", "1.png")


def group_linked_in_a_circle(root):
    link(root / "images/round", "round")


def group_linked_to_the_groups(root):
    link(root / "images/round", "../images")


def group_without_masks(root):
    new_group(root, b"bare", 3)
    for mask in (root / "masks/bare").iterdir():
        mask.unlink()
    (root / "masks/bare").rmdir()


def file_for_a_group_of_masks(root):
    group_without_masks(root)
    (root / "masks/bare").write_text("masks")


# What is wrong, what the line says, and which cats are left.
CASES = [
    (truncated_jpeg, "images/cat/1.jpg: it cannot be read: image file is trunc", "023"),
    (truncated_mask, "masks/cat/1.png: it cannot be read: image file is trunc", "023"),
    (header_cut, "images/cat/1.jpg: it cannot be read: ", "023"),
    (empty_file, "images/cat/1.jpg: it cannot be read: no format", "023"),
    (no_picture, "images/cat/1.jpg: it cannot be read: no format", "023"),
    (folder_for_a_picture, "images/cat/1.jpg: it cannot be read: Is a dir", "023"),
    (mask_of_another_size, "images/cat/1.jpg: height x width is 32 x 48, but", "023"),
    (mask_of_other_values, "masks/cat/1.png with the values [7]", "023"),
    (mask_missing, "images/cat/1.jpg: its mask is missing, ", "023"),
    (empty_group, "images/empty: a group without pictures", "0123"),
    (
        group_of_one,
        "images/lone/0.jpg: the only usable picture of group 'lone'",
        "0123",
    ),
    (two_files_of_one_stem, "images/cat/1.png: another picture has the same", "01+3"),
    (name_not_utf_8, r"images/cat/caf\xe9.jpg: its name is not UTF-8", "023"),
    (group_not_utf_8, r"images/gr\xfcn: the name of this group is not UTF-8", "0123"),
    (name_with_a_line_break, r"images/cat/o\nne.jpg: its mask is missing", "023"),
    (picture_linked_to_itself, "images/cat/1.jpg: a link that leads nowhere", "023"),
    (picture_linked_to_nothing, "images/cat/1.jpg: a link that leads nowhere", "023"),
    (mask_linked_in_a_circle, "masks/cat/1.png: a link that leads nowhere", "023"),
    (group_linked_in_a_circle, "images/round: a link that leads nowhere", "0123"),
    (group_linked_to_the_groups, "images/round: a group without pictures", "0123"),
    (group_without_masks, "images/bare: the masks of this group are missing", "0123"),
    (file_for_a_group_of_masks, "images/bare: the masks of this group are", "0123"),
]
# Only seen where the pixels are read.
DEEP = {truncated_jpeg, truncated_mask, mask_of_other_values}
every_case = pytest.mark.parametrize(
    "spoil, said, left", CASES, ids=[spoil.__name__ for spoil, *_ in CASES]
)


def expected_pictures(left):
    cats = ["1.k" if name == "+" else name for name in left]
    return {("bus", name) for name in CATS} | {("cat", name) for name in cats}


@every_case
def test_read_folder(root, spoil, said, left):
    spoil(root)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        records = read_folder(root, on_error="skip")
    if spoil in DEEP:
        assert not caught
        lines = [line for line in map(problem_with, records) if line]
        records = [record for record in records if not problem_with(record)]
    else:
        (warning,) = caught
        count, *lines, last = str(warning.message).splitlines()
        lines = [line.strip() for line in lines]
        assert count == f"{root}: 1 file or group cannot be used:"
        assert last == "These are left out."
        with pytest.raises(ValueError) as error:
            read_folder(root)
        assert lines[0] in str(error.value)
    (line,) = lines
    assert said in line and line.isprintable()
    assert {(r.group, r.name) for r in records} == expected_pictures(left)


class Guess:
    """Takes everything for the object."""

    working_size, threshold = 33, 0.5

    def encode(self, path):
        height, width = np.asarray(Image.open(path)).shape[:2]
        return SimpleNamespace(tensors={"kernel": np.ones(1)}, size=(height, width))

    def decode(self, encoded, kernel, correlation="on"):
        return np.ones(encoded.size, np.float32), 1.0


@every_case
def test_evaluate(root, spoil, said, left):
    spoil(root)
    evaluation = evaluate_folder(Guess(), root)
    (line,) = evaluation.problems
    assert said in line and line.isprintable()
    judged = [judgement.comparison.record for judgement in evaluation.judgements]
    assert {(r.group, r.name) for r in judged} == expected_pictures(left)


def test_the_report_of_evaluate_counts_them(root, tmp_path, brightness, capsys):
    for spoil in (truncated_jpeg, group_not_utf_8, empty_group):
        spoil(root)
    weights = tmp_path / "w.weights.h5"
    weights.write_bytes(b"not looked into")
    line = ["evaluate", "--data", root, "--weights", weights, "--size", 33]
    assert main([*map(str, line), "--output", str(tmp_path / "out"), "--quiet"]) == 1
    printed = capsys.readouterr()
    assert "left out: 3 files or groups" in printed.out
    results = json.loads((tmp_path / "out/results.json").read_text())
    assert sorted(results["left_out"]) == sorted(printed.err.splitlines())
    assert len(results["left_out"]) == 3


@pytest.fixture
def trained_on(monkeypatch):
    """Lets `tfcoseg train` go as far as training; what it would have trained on."""
    sides = []

    def train_stage(stage, folder, recipe, network, training, validation, *_):
        sides.append((training, validation))

    monkeypatch.setattr("tfcoseg.train.recipe.train_stage", train_stage)
    monkeypatch.setattr(
        "tfcoseg.train.recipe.CoSegMobileNetV2", lambda weights, features: None
    )
    monkeypatch.setattr("tfcoseg.train.RunFolder.finish", lambda folder: "best")
    return sides


@pytest.fixture
def train(root, tmp_path, trained_on):
    """Runs the command on the folder, once with the same one for validation."""

    def run(*options):
        folders = ["--data", root, "--validation", root, "--run", tmp_path / "run"]
        return main(
            ["train", *map(str, folders), "--weights", "w", "--quiet", *options]
        )

    return run


@every_case
def test_train(root, tmp_path, train, trained_on, capsys, spoil, said, left):
    spoil(root)
    assert train() == 0
    printed = capsys.readouterr()
    error, count = printed.err.splitlines()
    assert said in error
    assert count == "left out: 1 file or group"
    assert (tmp_path / "run/left_out.txt").read_text() == f"{error}\n"
    for side in trained_on[0]:
        assert {(r.group, r.name) for r in side} == expected_pictures(left)


def test_train_keeps_no_list_once_everything_is_mended(root, tmp_path, train, capsys):
    picture = root / "images/cat/1.jpg"
    whole = picture.read_bytes()
    truncated_jpeg(root)
    assert train() == 0
    picture.write_bytes(whole)
    capsys.readouterr()
    assert train() == 0
    assert not capsys.readouterr().err
    assert not (tmp_path / "run/left_out.txt").exists()


def test_train_counts_them(root, tmp_path, train, capsys):
    for spoil in (truncated_jpeg, group_not_utf_8, empty_group):
        spoil(root)
    assert train() == 0
    *lines, count = capsys.readouterr().err.splitlines()
    assert len(lines) == 3 and count == "left out: 3 files or groups"


@pytest.mark.parametrize("spoiled", ["no folder", "a file", "a circle", "no group"])
def test_nothing_to_go_on_with_is_an_error(root, train, capsys, spoiled):
    (root / "images").rename(root / "elsewhere")
    if spoiled == "a file":
        (root / "images").write_text("")
    if spoiled == "a circle":
        (root / "images").symlink_to("images")
    if spoiled == "no group":
        (root / "images").mkdir()
    assert train() == 1
    (error,) = capsys.readouterr().err.splitlines()
    assert str(root) in error and "images/<group>/" in error
    for read in (read_folder, functools.partial(evaluate_folder, Guess())):
        with pytest.raises((OSError, ValueError), match=re.escape(str(root))) as caught:
            read(root)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("listed", ["images/cat", "masks/cat"])
def test_a_folder_that_may_not_be_read(root, monkeypatch, listed):
    """As it is for others than the superuser, who may read everything."""
    refused = os.fspath(root / listed)

    def refuse(function):
        def call(path, *args, **kwargs):
            if os.fspath(path).startswith(refused):
                raise PermissionError(13, "Permission denied", os.fspath(path))
            return function(path, *args, **kwargs)

        return call

    for name in ("listdir", "scandir", "open"):
        monkeypatch.setattr(os, name, refuse(getattr(os, name)))
    monkeypatch.setattr("builtins.open", refuse(open))
    monkeypatch.setattr("io.open", refuse(open))
    with pytest.warns(UserWarning, match=f"{listed}.*Permission denied"):
        records = read_folder(root, on_error="skip")
    assert {record.group for record in records} == {"bus"}
