import shutil

from tfcoseg.data import read_folder
from tfcoseg.data.duplicates import DUPLICATES_FILE
from tfcoseg.data.known import known_kinds


def test_a_picture_holds_the_kinds_of_its_group(folder):
    records = read_folder(folder({"airplane": 2, "horse+rider": 2}))
    known = known_kinds(records)
    assert list(known) == records
    assert known[records[0]] == {"aeroplane"}
    assert known[records[2]] == {"horse", "person"}


def test_plain_pictures_hold_the_kinds_of_their_groups():
    assert known_kinds([("cars", "1"), ("bird", "1")]) == {
        ("cars", "1"): {"car"},
        ("bird", "1"): {"bird"},
    }


def test_equal_files_and_listed_ones_are_one_picture(folder, write_picture, tmp_path):
    root = folder({"cat": 3, "dog": 3, "sofa": 2})
    shutil.copy(root / "images/cat/00.png", root / "images/dog/01.png")
    (root / DUPLICATES_FILE).write_text("dog/02.png\tsofa/00.png\n")
    known = {
        f"{r.group}/{r.name}": k for r, k in known_kinds(read_folder(root)).items()
    }
    assert known.pop("cat/00") == known.pop("dog/01") == {"cat", "dog"}
    assert known.pop("dog/02") == known.pop("sofa/00") == {"dog", "sofa"}
    assert all(kinds == {name.split("/")[0]} for name, kinds in known.items())


def test_a_copy_of_a_listed_file_is_known_by_the_list(folder, write_picture, tmp_path):
    root = folder({"cat": 2, "dog": 2, "person": 2})
    # Equal to the one file, and listed with the other.
    shutil.copy(root / "images/cat/00.png", root / "images/person/00.png")
    (root / DUPLICATES_FILE).write_text("cat/00.png\tdog/00.png\n")
    known = {
        f"{r.group}/{r.name}": k for r, k in known_kinds(read_folder(root)).items()
    }
    for name in ("cat/00", "dog/00", "person/00"):
        assert known[name] == {"cat", "dog", "person"}
