"""Files of both engines: there in full, or not at all."""

import importlib
import warnings

import pytest


@pytest.fixture(params=["apache_beam", "pyarrow"])
def files(request):
    pytest.importorskip(request.param, reason="needs the extra [examples]")
    name = {"apache_beam": "BeamFiles", "pyarrow": "ArrowFiles"}[request.param]
    module = {"apache_beam": "beam_files", "pyarrow": "arrow_files"}[request.param]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what others' packages import is theirs
        return getattr(importlib.import_module(f"coseg_groups.{module}"), name)()


def test_a_file_is_written_replaced_and_removed(files, tmp_path):
    path = tmp_path / "new folder" / "a b.gz"  # and not unpacked for its name
    for content in (b"one", b"two"):
        files.replace(str(path), content)
        assert path.read_bytes() == files.read(str(path)) == content
    assert [p.name for p in path.parent.iterdir()] == ["a b.gz"]
    files.remove(str(path))
    files.remove(str(path))
    assert list(path.parent.iterdir()) == []


def test_a_file_that_is_not_there_is_named(files, tmp_path):
    with pytest.raises(OSError, match="no such file.*gone.jpg"):
        files.read(str(tmp_path / "gone.jpg"))


def test_a_failure_leaves_nothing_half_written(files, tmp_path):
    (tmp_path / "taken" / "x").mkdir(parents=True)  # a folder cannot be replaced
    with pytest.raises(OSError):
        files.replace(str(tmp_path / "taken"), b"content")
    assert [p.name for p in tmp_path.iterdir()] == ["taken"]
