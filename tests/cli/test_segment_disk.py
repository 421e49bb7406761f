"""`tfcoseg segment` on a disk that is full, with names that are too long, twice."""

import errno
import json
import os

import pytest
from PIL import Image

from tfcoseg.batch.lock import locked
from tfcoseg.cli.main import main
from tfcoseg.pictures import read_mask


def segment(*args):
    return main(["segment", *map(str, args)])


@pytest.fixture
def groups(tmp_path, square):
    for group in "abc":
        for number in range(3):
            square(tmp_path / "in" / group / f"{number}.png")
    return tmp_path / "in"


def recorded(out):
    """The masks that results.json speaks of as finished."""
    content = json.loads((out / "results.json").read_text())
    return [
        entry["outputs"]["mask"]
        for group in content["groups"].values()
        for entry in group["pictures"]
    ]


@pytest.mark.parametrize("room", [0, 1, 4, 8])
def test_a_full_disk_ends_the_run_and_the_next_goes_on(
    room, groups, tmp_path, brightness, monkeypatch, capsys
):
    out, written, save = tmp_path / "out", [], Image.Image.save

    def fill(image, file, *args, **options):
        if len(written) == room:
            file.write_bytes(b"half")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written.append(file)
        save(image, file, *args, **options)

    monkeypatch.setattr(Image.Image, "save", fill)
    assert segment("--groups", groups, "--output", out) == 1
    err = capsys.readouterr().err
    assert err.count("error: ") == 1 and "cannot be written: No space left" in err
    assert f"{out}" in err and "_mask.png" in err
    # What is said to be there is there, whole, and no temporary file is.
    masks = recorded(out)
    assert len(masks) == room
    assert all(read_mask(out / mask).any() for mask in masks)
    assert sum(name.endswith(".png") for _, _, f in os.walk(out) for name in f) == room

    monkeypatch.setattr(Image.Image, "save", save)
    assert segment("--groups", groups, "--output", out) == 0
    assert len(recorded(out)) == 9
    assert f"{room % 3} kept" in capsys.readouterr().out or room % 3 == 0


def test_a_full_disk_for_the_records_too(groups, tmp_path, brightness, monkeypatch):
    """Masks that nothing speaks of as finished are made again."""
    out = tmp_path / "out"
    assert segment("--groups", groups, "--output", out) == 0
    before = (out / "results.json").read_bytes()

    def fail(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", fail)
    assert segment("--groups", groups, "--output", out, "--overwrite") == 1
    assert (out / "results.json").read_bytes() == before
    monkeypatch.undo()


@pytest.mark.parametrize("letter, number", [("x", 247), ("ä", 124)])
def test_a_name_that_is_too_long_is_told_before_any_work(
    letter, number, groups, square, tmp_path, no_network, capsys
):
    square(groups / "b" / f"{letter * number}.png")
    assert segment("--groups", groups, "--output", tmp_path / "out") == 1
    err = capsys.readouterr().err
    assert "255 bytes" in err and f"{letter * number}_mask.png" in err
    assert not (tmp_path / "out").exists()


def test_the_longest_name_there_is(square, tmp_path, brightness):
    folder = tmp_path / "in"
    square(folder / f"{'x' * 246}.png"), square(folder / "b.png")
    assert segment(folder, "--output", tmp_path / "out") == 0
    assert (tmp_path / "out" / f"{'x' * 246}_mask.png").exists()


def test_the_name_of_a_pair_that_is_too_long(square, tmp_path, no_network, capsys):
    first, second = (square(tmp_path / f"{letter * 200}.png") for letter in "ab")
    table = tmp_path / "pairs.csv"
    table.write_text(f"{first},{second}\n")
    assert segment("--pairs", table, "--output", tmp_path / "out") == 1
    assert "255 bytes. Give the picture, or in a table the pair" in (
        capsys.readouterr().err
    )
    table.write_text(f"{first},{second},short\n")


def test_a_second_run_into_the_same_folder_is_refused(
    groups, tmp_path, no_network, capsys
):
    out = tmp_path / "out"
    with locked(out):
        assert segment("--groups", groups, "--output", out) == 1
    err = capsys.readouterr().err
    assert f"to which process {os.getpid()} on " in err and err.count("\n") == 1
