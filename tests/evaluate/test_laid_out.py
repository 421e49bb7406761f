import json

import pytest

from tfcoseg.evaluate.laid_out import read_laid_out

ABOUT = {"name": "pets/1.0.0", "split": "test", "void_value": 128}


@pytest.fixture
def laid_out(tmp_path):
    """What is read of a folder whose file holds this."""

    def of(**about):
        (tmp_path / "dataset.json").write_text(json.dumps(ABOUT | about))
        return read_laid_out(tmp_path)

    return of


def test_lines_of_the_split(laid_out):
    problems = {"train": ["a bad picture"], "test": ["b", "c\nd"]}
    kept = {"left_out": {"train": 1, "test": 2}, "problems": problems}
    differences = {"test": ["expected 8 groups, found 2"]}
    assert laid_out(**kept, differences=differences) == (
        ["b", r"c\nd"],
        ["expected 8 groups, found 2"],
    )
    assert laid_out(left_out={"test": 0}, problems={"test": []}) == ([], [])


def test_of_an_older_folder_the_count_is_told(laid_out):
    (line,), differences = laid_out(left_out={"test": 3})
    assert "dataset.json: left out 3 when it was prepared" in line
    assert "prepare it anew" in line and differences == []
    assert laid_out(left_out={"test": 0}) == ([], [])


@pytest.mark.parametrize(
    "text",
    [
        *("{", "[]", "7", '{"problems": {"test": ["x"]}}'),
        '{"void_value": 0, "left_out": 3, "problems": ["x"], "split": "test"}',
    ],
)
def test_a_file_of_somebody_else(tmp_path, text):
    (tmp_path / "dataset.json").write_text(text)
    assert read_laid_out(tmp_path) == ([], [])


def test_a_folder_of_ones_own(tmp_path):
    assert read_laid_out(tmp_path) == ([], [])
