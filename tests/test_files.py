"""Files that are there in full or not at all."""

import json
import os
import stat

import pytest

from tfcoseg.files import check_free, replace_file, write_json


def test_a_file_that_is_there_is_an_error_that_holds_the_cure(tmp_path):
    paths = [tmp_path / name for name in ("new", "a", "b")]
    check_free(paths)
    paths[1].touch()
    with pytest.raises(FileExistsError, match="/a exists already.*--overwrite"):
        check_free(paths)
    paths[2].touch()
    with pytest.raises(FileExistsError, match=r"/a \(and 1 more\) exists already"):
        check_free(map(str, paths))
    check_free(paths, overwrite=True)


def test_the_file_is_written_beside_its_place_and_of_its_suffix(tmp_path):
    seen = []

    def write(path):
        seen.append(path)
        path.write_text("whole")
        assert not (tmp_path / "a.weights.h5").exists()

    replace_file(tmp_path / "a.weights.h5", write)
    assert os.listdir(tmp_path) == ["a.weights.h5"]
    assert (tmp_path / "a.weights.h5").read_text() == "whole"
    assert seen[0].parent == tmp_path and seen[0].name.endswith(".a.weights.h5")


def test_a_file_that_is_there_is_kept_unless_asked(tmp_path):
    path = tmp_path / "a"
    path.write_text("mine")
    calls = []
    with pytest.raises(FileExistsError, match="a exists already"):
        replace_file(path, calls.append)
    assert path.read_text() == "mine" and calls == []
    replace_file(path, lambda new: new.write_text("new"), overwrite=True)
    assert path.read_text() == "new"


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_a_failure_leaves_what_was_there_and_nothing_else(error, tmp_path):
    path = tmp_path / "a"
    path.write_text("mine")

    def fail(new):
        new.write_text("half")
        raise error

    with pytest.raises(error):
        replace_file(path, fail, overwrite=True)
    assert path.read_text() == "mine"
    assert os.listdir(tmp_path) == ["a"]


def test_permissions_are_those_of_any_new_file(tmp_path):
    replace_file(tmp_path / "a", lambda new: new.write_text(""))
    (tmp_path / "b").touch()
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in "ab"]
    assert modes[0] == modes[1]


def test_json(tmp_path):
    figures = {"J": [81.5, None], "name": "Äpfel"}
    write_json(tmp_path / "a.json", figures)
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == figures
    with pytest.raises(ValueError):
        write_json(tmp_path / "b.json", {"J": float("nan")})
    assert os.listdir(tmp_path) == ["a.json"]
