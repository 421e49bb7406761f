import json
import shutil

import numpy as np
import pytest
from PIL import Image

from tfcoseg.data import read_folder
from tfcoseg.datasets import FOLDER_VOID, as_folder, layout
from tfcoseg.evaluate.laid_out import ABOUT_FILE, read_laid_out
from tfcoseg.pictures import read_mask

pytestmark = pytest.mark.filterwarnings("ignore:.*, (test|train|validation). not as")


def files(root):
    """{path: bytes} of everything in a folder."""
    paths = [path for path in root.rglob("*") if path.is_file()]
    return {str(path.relative_to(root)): path.read_bytes() for path in paths}


@pytest.fixture
def laid_out(tmp_path, internet):
    folder = tmp_path / "new" / "internet"
    return as_folder("internet_coseg", folder, tmp_path / "tfds", internet)


def test_pictures_are_copied_bit_by_bit(laid_out, internet):
    for group in ("airplane", "car", "horse"):
        for name in ("0001", "0004"):
            copy = laid_out / "images" / group / f"{name}.jpg"
            original = internet / "Data" / f"{group.title()}100" / f"{name}.jpg"
            assert copy.read_bytes() == original.read_bytes()


def test_the_folder_can_be_read_with_and_without_void(laid_out, square):
    for void_value in (None, FOLDER_VOID):
        records = read_folder(laid_out, void_value)
        assert [(r.group, r.name) for r in records] == [
            (group, name)
            for group in ("airplane", "car", "horse")
            for name in ("0001", "0004")
        ]
        mask = read_mask(records[0].mask, records[0].void_value)
        np.testing.assert_array_equal(mask, square())
        assert not read_mask(records[1].mask, records[1].void_value).any()


def test_void_is_grey_between_black_and_white(tmp_path, save, noise):
    root = tmp_path / "manual" / "MSRC_ObjCategImageDatabase_v2"
    colours = np.zeros((12, 16, 3), np.uint8)
    colours[:6] = (0, 128, 0)
    colours[2:4] = (0, 0, 128)
    for number in (1, 2):
        save(root / "Images" / f"5_{number}_s.bmp", noise(number))
        save(root / "GroundTruth" / f"5_{number}_s_GT.bmp", colours)
    folder = tmp_path / "msrc"
    as_folder("msrc_coseg", folder, tmp_path / "tfds", tmp_path / "manual")
    with Image.open(folder / "masks/cow/5_1_s.png") as image:
        assert image.mode == "L"
        mask = np.asarray(image)
    assert {mask[0, 0], mask[2, 0], mask[6, 0]} == {0, 255, FOLDER_VOID}
    assert (mask[0, 0], mask[2, 0], mask[6, 0]) == (0, 255, 128)
    record, _ = read_folder(folder, FOLDER_VOID)
    read = read_mask(record.mask, record.void_value)
    np.testing.assert_array_equal(read[[0, 2, 6], 0], [0, 1, 255])
    with Image.open(record.image) as image:
        assert image.format == "PNG" and record.image.suffix == ".png"
        np.testing.assert_array_equal(np.asarray(image), noise(1))


def test_it_says_what_it_holds(laid_out, internet):
    about = json.loads((laid_out / "dataset.json").read_text(encoding="utf-8"))
    assert about["name"] == "internet_coseg/1.0.0" and about["split"] == "test"
    assert about["void_value"] == FOLDER_VOID
    assert about["manual_dir"] == str(internet)
    assert about["groups"] == {"test": {"airplane": 2, "car": 2, "horse": 2}}


def test_a_complete_folder_is_used_again(laid_out, tmp_path, internet, monkeypatch):
    before = files(laid_out)
    monkeypatch.setattr(layout, "_write", None)  # would be called otherwise
    # Neither the prepared data nor the files downloaded by hand are needed any more.
    again = as_folder("internet_coseg", laid_out, tmp_path / "empty")
    assert again == laid_out and files(again) == before
    as_folder("internet_coseg", laid_out, tmp_path / "empty", internet, split="test")


def test_another_split_is_other_content(laid_out):
    about = laid_out / "dataset.json"
    described = json.loads(about.read_text()) | {"splits": ["train", "test"]}
    about.write_text(json.dumps(described))
    assert as_folder("internet_coseg", laid_out) == laid_out
    about.write_text(json.dumps(described | {"split": "train"}))
    assert as_folder("internet_coseg", laid_out, split="train") == laid_out
    with pytest.raises(FileExistsError, match="Expected split test, found split train"):
        as_folder("internet_coseg", laid_out)


def test_a_changed_list_of_pictures_is_other_content(tmp_path, save, noise, square):
    root = tmp_path / "manual" / "dataset_public"
    for name in ("bear", "kite", "panda"):
        for number in "12":
            save(root / "images" / name / f"{number}.jpg", noise())
            save(root / "ground_truth" / name / f"{number}.png", square())
    file = tmp_path / "manual" / "icoseg_subset8.txt"
    arguments = "icoseg/subset8", tmp_path / "new", tmp_path / "tfds"
    as_folder(*arguments, tmp_path / "manual")
    for text in ("kite\n", "bear\npanda\n"):
        file.write_text(text)
        for manual_dir in (tmp_path / "manual", None):
            with pytest.raises(FileExistsError, match="pictures by icoseg_subset8.txt"):
                as_folder(*arguments, manual_dir)
    file.unlink()
    assert as_folder(*arguments) == tmp_path / "new"
    file.write_text("kite\n")
    (tmp_path / "manual").rename(tmp_path / "gone")
    assert as_folder(*arguments) == tmp_path / "new"


def test_it_keeps_what_the_builder_left_out(tmp_path, internet):
    manual = shutil.copytree(internet, tmp_path / "manual")
    (manual / "Data/Car100/0001.jpg").write_bytes(b"no picture")
    folder = tmp_path / "new"
    with pytest.warns(UserWarning, match="1 file or group cannot be used"):
        as_folder("internet_coseg", folder, tmp_path / "tfds", manual)
    about = json.loads((folder / ABOUT_FILE).read_text(encoding="utf-8"))
    assert about["left_out"] == {"test": 1}
    problems, differences = read_laid_out(folder)
    assert about["problems"] == {"test": problems}
    assert about["differences"] == {"test": differences}
    (line,) = problems
    assert "Car100/0001.jpg" in line
    assert "car: expected 100 pictures, found 1" in differences


def test_other_content_is_not_replaced(laid_out, tmp_path):
    for arguments, message in (
        (("icoseg", laid_out), "Expected name icoseg/groups38/1.0.0, found name int"),
        (("internet_coseg", laid_out, None, tmp_path), "Expected manual_dir .*found"),
        (("internet_coseg", tmp_path), "holds something else.*of unknown origin"),
    ):
        with pytest.raises(FileExistsError, match=message):
            as_folder(*arguments)


def test_nothing_is_left_of_a_folder_that_was_not_finished(
    tmp_path, internet, monkeypatch
):
    calls = []

    def fail_later(*arguments):
        calls.append(arguments)
        if len(calls) == 3:
            raise OSError("No space left on device")

    (tmp_path / "here").mkdir()
    folder = tmp_path / "here" / "internet"
    arguments = ("internet_coseg", folder, tmp_path / "tfds", internet)
    monkeypatch.setattr(layout, "write_png", fail_later)
    with pytest.raises(OSError, match="No space left"):
        as_folder(*arguments)
    assert list((tmp_path / "here").iterdir()) == []
    monkeypatch.undo()
    folder.mkdir()  # an empty folder is as good as none
    assert len(read_folder(as_folder(*arguments))) == 6


def test_another_run_may_be_faster(tmp_path, internet, monkeypatch):
    arguments = ("internet_coseg", tmp_path / "new", tmp_path / "tfds", internet)
    write = layout._write

    def write_when_another_has_finished(*details):
        monkeypatch.setattr(layout, "_write", write)
        as_folder(*arguments)
        write(*details)

    monkeypatch.setattr(layout, "_write", write_when_another_has_finished)
    assert len(read_folder(as_folder(*arguments))) == 6
    assert {path.name for path in tmp_path.iterdir()} == {"new", "tfds"}


def test_progress_wraps_the_examples(tmp_path, internet):
    seen = []

    def progress(iterable, desc, unit):
        seen.append((len(list(iterable)), desc, unit))
        return []

    as_folder("internet_coseg", tmp_path / "new", tmp_path, internet, progress)
    assert seen == [(6, "writing", "picture")]


def test_splits(tmp_path, internet):
    with pytest.raises(ValueError, match=r"among \['test'\]. Received: 'train'"):
        as_folder("internet_coseg", tmp_path / "new", tmp_path, internet, split="train")
    assert not (tmp_path / "new").exists()
    for splits, expected in (
        (["train", "test"], "test"),
        (["train", "validation"], "validation"),
        (["train"], "train"),
    ):
        assert layout._choose_split(splits, None) == expected
