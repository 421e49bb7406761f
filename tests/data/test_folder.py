import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from tfcoseg.data.folder import Record, read_folder

IMAGE = np.zeros((4, 6, 3), np.uint8)
MASK = np.zeros((4, 6), np.uint8)


@pytest.fixture
def root(tmp_path, write_picture):
    for group in ("dog", "cat"):
        for name in ("b.jpg", "a.jpg", "c.png"):
            write_picture(group, name, IMAGE, MASK)
    return tmp_path


def test_records_are_sorted_by_group_then_name(root):
    records = read_folder(root)
    names = [(record.group, record.name) for record in records]
    assert names == [(g, n) for g in ("cat", "dog") for n in "abc"]
    assert records[0] == Record(
        "cat", "a", root / "images/cat/a.jpg", root / "masks/cat/a.png"
    )
    assert records[2].image == root / "images/cat/c.png"
    assert read_folder(os.fspath(root)) == records


def test_void_value_is_kept_in_each_record(root):
    assert {record.void_value for record in read_folder(root, 255)} == {255}
    assert {record.void_value for record in read_folder(root)} == {None}


def test_groups(root):
    assert {record.group for record in read_folder(root, groups=["dog"])} == {"dog"}
    assert {record.group for record in read_folder(root, groups="dog")} == {"dog"}
    with pytest.raises(ValueError, match=r"\['cat', 'dog'\].*Received: \['cow'\]"):
        read_folder(root, groups=["dog", "cow"])


def test_other_files_are_not_pictures(root):
    (root / "images/cat/notes.txt").write_text("notes")
    (root / "images/cat/.hidden.jpg").write_text("hidden")
    (root / "images/list.tsv").write_text("list")
    assert len(read_folder(root)) == 6


def test_missing_mask(root):
    (root / "masks/cat/b.png").unlink()
    with pytest.raises(ValueError, match=r"cat.b\.jpg: its mask is missing, .*b\.png"):
        read_folder(root)


def test_size_mismatch(root):
    Image.fromarray(MASK.T.copy()).save(root / "masks/cat/b.png")
    with pytest.raises(ValueError, match=r"b\.jpg.* 4 x 6, but 6 x 4.*cat.b\.png"):
        read_folder(root)


def test_size_is_compared_as_the_picture_is_seen(root):
    exif = Image.Exif()
    exif[0x0112] = 6
    image = root / "images/cat/b.jpg"
    Image.fromarray(IMAGE.transpose(1, 0, 2).copy()).save(image, exif=exif)
    assert len(read_folder(root)) == 6


def test_group_of_one(root, write_picture):
    write_picture("cow", "alone.jpg", IMAGE, MASK)
    with pytest.raises(ValueError, match=r"alone\.jpg.*only usable.*'cow'"):
        read_folder(root)


@pytest.mark.parametrize("broken", ["images/cat/b.jpg", "masks/cat/b.png"])
def test_unreadable_file(root, broken):
    (root / broken).write_text("no picture")
    with pytest.raises(ValueError, match=os.path.basename(broken)):
        read_folder(root)


def test_two_pictures_of_one_mask(root, write_picture):
    write_picture("cat", "b.png", IMAGE)
    with pytest.raises(ValueError, match=r"b\.png: another picture has the same mask"):
        read_folder(root)


def test_all_problems_are_named_at_once(root):
    (root / "masks/cat/a.png").unlink()
    (root / "images/dog/b.jpg").write_text("no picture")
    with pytest.raises(ValueError) as caught:
        read_folder(root)
    message = str(caught.value)
    assert "2 files or groups" in message and "a.jpg" in message and "b.jpg" in message


def test_a_long_list_of_problems_is_cut(tmp_path, write_picture):
    for number in range(25):
        write_picture("cat", f"{number:02}.png", IMAGE)
    (tmp_path / "masks" / "cat").mkdir(parents=True)
    with pytest.raises(ValueError) as caught:
        read_folder(tmp_path)
    lines = str(caught.value).splitlines()
    assert "25 files or groups" in lines[0] and "19.png" in lines[20]
    assert lines[21:] == ["  ... and 5 more"]


def test_skip_warns_and_leaves_out(root):
    (root / "masks/cat/b.png").unlink()
    with pytest.warns(UserWarning, match=r"b\.jpg: its mask(?s:.*)left out"):
        records = read_folder(root, on_error="skip")
    assert [(r.group, r.name) for r in records if r.group == "cat"] == [
        ("cat", "a"),
        ("cat", "c"),
    ]


def test_skip_leaves_out_a_group_of_which_one_picture_remains(root):
    (root / "masks/cat/a.png").unlink()
    (root / "masks/cat/b.png").unlink()
    with pytest.warns(UserWarning, match="only usable"):
        records = read_folder(root, on_error="skip")
    assert {record.group for record in records} == {"dog"}


def test_no_folder_and_empty_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match="images/<group>/"):
        read_folder(tmp_path)
    (tmp_path / "images" / "cat").mkdir(parents=True)
    with pytest.raises(ValueError, match="<root>/masks/<group>/<name>.png"):
        read_folder(tmp_path)


def test_on_error_is_checked(root):
    with pytest.raises(ValueError, match="on_error='ignore'"):
        read_folder(root, on_error="ignore")


def test_folders_and_pairs_need_no_tensorflow():
    code = (
        "import sys\n"
        "from tfcoseg.data import read_folder, sample_pairs, wrong_partners\n"
        "print([m for m in ('tensorflow', 'keras') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert out.stdout == "[]\n", out.stderr
