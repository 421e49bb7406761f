"""Names of outputs, and the checks before the work."""

import os
from pathlib import Path

import pytest

from tfcoseg.cli.outputs import check_outputs, make_folder


def test_an_existing_output_is_an_error_that_holds_the_cure(tmp_path):
    (tmp_path / "a_mask.png").touch()
    (tmp_path / "a_overlay.png").touch()
    patterns = ["a_mask.png", "a_overlay.png", "b_mask.png"]
    with pytest.raises(
        FileExistsError, match=r"a_mask\.png \(and 1 more\).*--overwrite"
    ):
        check_outputs(tmp_path, patterns, [], overwrite=False)
    check_outputs(tmp_path, patterns, [], overwrite=True)
    check_outputs(tmp_path, patterns[2:], [], overwrite=False)


def test_an_existing_output_of_unknown_number_is_found(tmp_path):
    (tmp_path / "a_correlation_11.png").touch()
    with pytest.raises(FileExistsError, match="a_correlation_11"):
        check_outputs(tmp_path, ["a_correlation_*.png"], [], overwrite=False)
    check_outputs(tmp_path, ["b_correlation_*.png"], [], overwrite=False)


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_picture_that_is_read_is_never_replaced(overwrite, tmp_path, monkeypatch):
    (tmp_path / "a_mask.png").touch()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileExistsError, match="replace a picture that is read"):
        check_outputs(tmp_path, ["a_mask.png"], ["a.png", "a_mask.png"], overwrite)


def test_an_output_folder_that_is_a_file_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(
        NotADirectoryError, match="must be a folder, and this is a file"
    ):
        check_outputs(tmp_path / "file", ["a_mask.png"], [], overwrite=True)


def test_checking_makes_nothing(tmp_path):
    check_outputs(tmp_path / "new", ["a_mask.png"], [], overwrite=False)
    assert not any(tmp_path.iterdir())


def test_make_folder_makes_parents_and_leaves_nothing_in_it(tmp_path):
    make_folder(tmp_path / "new" / "folder")
    make_folder(tmp_path / "new" / "folder")
    assert not any((tmp_path / "new" / "folder").iterdir())


def test_make_folder_below_a_file_names_the_folder(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="cannot be written to: .*file/below"):
        make_folder(tmp_path / "file" / "below")


def test_make_folder_notices_that_it_may_not_write(tmp_path):
    folder = Path("/proc")  # not even the superuser writes there
    if os.geteuid() != 0:
        folder = tmp_path / "locked"
        folder.mkdir(mode=0o500)
    if not folder.is_dir():
        pytest.skip("the superuser may write everywhere on this system")
    with pytest.raises(OSError, match=f"cannot be written to: {folder}: "):
        make_folder(folder)
