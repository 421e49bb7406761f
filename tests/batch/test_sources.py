"""Groups of pictures from files, folders and tables."""

import json
import os
from pathlib import Path

import pytest

from tfcoseg.batch import NoPictures, csv_pairs, find_pictures, subfolder_groups


@pytest.fixture
def photos(tmp_path):
    """Folders with files; no pictures are needed to find them."""
    for name in (
        "b.JPG",
        "a.png",
        "notes.txt",
        ".hidden.jpg",
        "one/d.jpg",
        "two/c.tif",
    ):
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / "photos"


def names(paths):
    return [path.name for path in paths]


def test_a_folder_stands_for_its_pictures_by_name(photos):
    assert names(find_pictures([photos])) == ["a.png", "b.JPG"]
    every = find_pictures([photos], recursive=True)
    assert names(every) == ["a.png", "b.JPG", "d.jpg", "c.tif"]


def test_files_folders_and_patterns_together_each_once(photos):
    given = [photos / "two" / "c.tif", photos, photos / "*.png", photos / "a.png"]
    assert names(find_pictures(given)) == ["c.tif", "a.png", "b.JPG"]
    assert names(find_pictures([photos / "*"])) == ["a.png", "b.JPG", "d.jpg", "c.tif"]
    assert names(find_pictures([photos / "**" / "*.jpg"], True)) == ["d.jpg"]


def test_a_file_is_taken_as_it_is_whatever_it_is_called(photos):
    odd = photos / "what[1]?.dat"
    odd.touch()
    assert find_pictures([odd]) == [odd]
    assert find_pictures(["gone.jpg"]) == [Path("gone.jpg")]  # its reader will say so


def test_a_pattern_that_nothing_matches(photos):
    with pytest.raises(FileNotFoundError, match=r"No file has a name like .*\*\.gif"):
        find_pictures([photos / "*.gif"])


def test_links_in_a_circle_end(photos):
    os.symlink(photos, photos / "one" / "again")
    assert len(find_pictures([photos], recursive=True)) == 4


def results(folder, *outputs):
    group = {"inputs": {"pictures": []}, "outputs": outputs, "problems": []}
    content = {"groups": {"": {**group, "pictures": []}}}
    (folder / "results.json").write_text(json.dumps(content))


def test_what_an_earlier_run_wrote_is_no_picture(photos):
    results(photos, "a.png", "one/d.jpg")
    assert names(find_pictures([photos], recursive=True)) == ["b.JPG", "c.tif"]
    assert names(find_pictures([photos / "[ab]*"])) == ["b.JPG"]
    with pytest.raises(NoPictures, match="though other files have"):
        find_pictures([photos / "*.png", photos / "b*"])
    assert names(find_pictures([photos / "a.png"])) == ["a.png"]  # but if it is named
    assert [group.name for group in subfolder_groups(photos)] == ["two"]


@pytest.mark.parametrize("content", ["", "[]", '{"groups": {"x": {}}}', '{"a": 1}'])
def test_another_programs_results_say_nothing(content, photos):
    (photos / "results.json").write_text(content)
    assert names(find_pictures([photos])) == ["a.png", "b.JPG"]


def test_a_group_of_each_folder(photos):
    (photos / "empty").mkdir()
    (photos / ".cache").mkdir()
    groups = subfolder_groups(photos)
    assert [(g.name, names(g.pictures)) for g in groups] == [
        ("one", ["d.jpg"]),
        ("two", ["c.tif"]),
    ]


def test_folders_without_groups(photos):
    with pytest.raises(FileNotFoundError, match="without --groups its own pictures"):
        subfolder_groups(photos / "one")
    with pytest.raises(NotADirectoryError, match="a folder of pictures for each group"):
        subfolder_groups(photos / "a.png")


def test_a_table_of_pairs(tmp_path):
    table = tmp_path / "pairs.csv"
    rows = [
        "image_a,image_b",
        "x/a.jpg, b.jpg",
        "",
        "a.jpg,b.jpg",
        '"c,1.jpg",d.jpg,cd',
    ]
    table.write_text("\ufeff" + "\n".join(rows), encoding="utf-8")
    groups = csv_pairs(table)
    assert [group.name for group in groups] == ["a+b", "a+b_2", "cd"]
    assert groups[0].pictures == (tmp_path / "x" / "a.jpg", tmp_path / "b.jpg")
    assert groups[2].pictures[0] == tmp_path / "c,1.jpg"


@pytest.mark.parametrize(
    "row, complaint",
    [
        ("a.jpg", "line 1: a.jpg"),
        ("a.jpg,", "line 1: a.jpg,"),
        ("a.jpg,b.jpg,c,d", "line 1: a.jpg,b.jpg,c,d"),
        ("a.jpg,b.jpg,../up", "a name for a folder.*line 1: ../up"),
        ("a.jpg,b.jpg,one\na.jpg,c.jpg,ONE", "no other pair has.*line 2: ONE"),
        ("", "of no rows"),
    ],
)
def test_tables_that_are_wrong(row, complaint, tmp_path):
    (tmp_path / "pairs.csv").write_text(row)
    with pytest.raises(ValueError, match=complaint):
        csv_pairs(tmp_path / "pairs.csv")


def test_tables_that_cannot_be_read(tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no such file"):
        csv_pairs(tmp_path / "pairs.csv")
    (tmp_path / "pairs.csv").write_bytes(b"caf\xe9.jpg,b.jpg")
    with pytest.raises(ValueError, match="Expected a CSV file in UTF-8"):
        csv_pairs(tmp_path / "pairs.csv")
