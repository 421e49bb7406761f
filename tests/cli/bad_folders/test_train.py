"""What is wrong with a folder earns a line of a training; the rest is trained on."""

import functools
import re
from types import SimpleNamespace

import pytest

from tfcoseg.cli.main import main
from tfcoseg.data.folder import read_folder
from tfcoseg.evaluate import evaluate_folder


@pytest.fixture
def trained_on(monkeypatch):
    """Lets `tfcoseg train` go as far as training; what it would have trained on."""
    sides = []

    def train_stage(stage, folder, recipe, network, training, validation, *_):
        sides.append((training, validation))

    monkeypatch.setattr("tfcoseg.train.recipe.train_stage", train_stage)
    network = SimpleNamespace(layers=(), load_weights=lambda file: None)
    monkeypatch.setattr("tfcoseg.train.recipe._network", lambda recipe: network)
    monkeypatch.setattr("tfcoseg.train.RunFolder.finish", lambda folder, save: "best")
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


def test_what_is_wrong_is_named_once(tmp_path, spoiled, train, trained_on, capsys):
    assert train() == 0
    printed = capsys.readouterr()
    error, count = printed.err.splitlines()
    assert spoiled.said in error
    assert count == "left out: 1 file or group"
    assert (tmp_path / "run/left_out.txt").read_text() == f"{error}\n"
    for side in trained_on[0]:
        assert {(r.group, r.name) for r in side} == spoiled.left


def test_no_list_is_kept_once_everything_is_mended(
    root, spoil, tmp_path, train, capsys
):
    picture = root / "images/cat/1.jpg"
    whole = picture.read_bytes()
    spoil("truncated_jpeg")
    assert train() == 0
    picture.write_bytes(whole)
    capsys.readouterr()
    assert train() == 0
    assert not capsys.readouterr().err
    assert not (tmp_path / "run/left_out.txt").exists()


def test_they_are_counted(spoil, train, capsys):
    spoil("truncated_jpeg", "group_not_utf_8", "empty_group")
    assert train() == 0
    *lines, count = capsys.readouterr().err.splitlines()
    assert len(lines) == 3 and count == "left out: 3 files or groups"


def test_a_picture_that_is_left_alone_is_named_too(
    root, spoil, train, trained_on, capsys
):
    for name in "23":
        (root / f"images/cat/{name}.jpg").unlink()
    spoil("truncated_jpeg")
    assert train("--negative-share", "0") == 0
    damaged, alone, count = capsys.readouterr().err.splitlines()
    assert "images/cat/1.jpg: it cannot be read" in damaged
    assert "images/cat/0.jpg: no other picture of group 'cat' can be used" in alone
    assert count == "left out: 2 files or groups"
    assert {r.group for side in trained_on[0] for r in side} == {"bus"}


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
    for read in (read_folder, functools.partial(evaluate_folder, None)):
        with pytest.raises((OSError, ValueError), match=re.escape(str(root))) as caught:
            read(root)
        assert "\n" not in str(caught.value)
