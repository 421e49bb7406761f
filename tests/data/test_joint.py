import shutil

import numpy as np
import pytest
from PIL import Image

from tfcoseg.data import joint_groups, read_folder, sample_pairs
from tfcoseg.data.duplicates import DUPLICATES_FILE
from tfcoseg.data.record import Record, problem_with, read_record
from tfcoseg.signature import VOID


@pytest.fixture
def riders(folder):
    """Two pictures of horse and person, one of which a dog is in, too."""
    root = folder({"aeroplane": 2, "dog": 2, "flower": 2, "horse": 3, "person": 3})
    images, masks = root / "images", root / "masks"
    for one, other in (("horse/00", "person/02"), ("horse/02", "person/00")):
        shutil.copy(images / f"{one}.png", images / f"{other}.png")
    shutil.copy(images / "horse/02.png", images / "dog/01.png")
    lower = np.zeros((12, 16), np.uint8)
    lower[6:12, 3:9] = 255
    for name in ("person/00", "person/02", "dog/01"):
        Image.fromarray(lower).save(masks / f"{name}.png")
    return root


def names(records):
    return [(r.group, r.image.parent.name, r.name) for r in records]


def test_pictures_in_the_same_two_groups_make_one(riders):
    expected = [
        ("dog+horse", "dog", "01"),
        ("dog+person", "dog", "01"),
        ("horse+person", "horse", "00"),
        ("horse+person", "horse", "02"),
    ]
    assert names(joint_groups(read_folder(riders), least=1)) == expected
    assert names(joint_groups(read_folder(riders))) == expected[2:]
    assert joint_groups(read_folder(riders), least=3) == []


def test_a_list_of_duplicates_tells_too(folder):
    root = folder({"cat": 2, "dog": 2})
    (root / DUPLICATES_FILE).write_text("cat/00.png\tdog/01.png\nelk/00.png\n")
    (found,) = joint_groups(read_folder(root), least=1)
    assert (found.group, found.mask) == ("cat+dog", root / "masks/cat/00.png")
    assert found.more_masks == (root / "masks/dog/01.png",)


def test_the_masks_cover_both(riders):
    for record in joint_groups(read_folder(riders)):
        mask = read_record(record)[1]
        assert mask.dtype == np.uint8
        rows, columns = np.nonzero(mask == 1)
        # Of the one rows 2 to 7, of the other 6 to 11.
        assert (rows.min(), rows.max()) == (2, 11)
        assert (columns.min(), columns.max()) == (3, 8)


def test_void_gives_way_to_object_and_holds_against_background(write_picture):
    one = np.array([[255, 255, 128, 128, 0, 0]], np.uint8)
    other = np.array([[0, 128, 255, 128, 128, 0]], np.uint8)
    image = np.zeros((1, 6, 3), np.uint8)
    a, b = (
        write_picture(group, "x.png", image, mask)
        for group, mask in (("a", one), ("b", other))
    )
    masks = [path.parents[2] / "masks" / path.parent.name / "x.png" for path in (a, b)]
    record = Record("a+b", "x", a, masks[0], 128, (masks[1],))
    assert read_record(record)[1].tolist() == [[1, 1, 1, VOID, VOID, 0]]


def test_a_second_mask_of_another_size_is_named(riders):
    record = joint_groups(read_folder(riders))[0]
    assert problem_with(record) is None
    Image.new("L", (5, 4)).save(record.more_masks[0])
    assert str(record.more_masks[0]) in problem_with(record)
    with pytest.raises(ValueError, match="masks of one picture must have one size"):
        read_record(record)


def test_a_picture_that_is_listed_twice_is_one(folder):
    root = folder({"cat": 2, "dog": 2})
    (root / DUPLICATES_FILE).write_text("cat/00.png\tdog/01.png\n" * 2)
    assert joint_groups(read_folder(root)) == []


def test_two_pictures_of_a_joint_group_are_no_pair_of_one_kind_alone(riders):
    records = read_folder(riders)
    pairs = sample_pairs(records, 60, 0)
    assert ["00", "02"] in [sorted(r.name for r in pair.records) for pair in pairs]
    pairs = sample_pairs(records + joint_groups(records), 60, 0)
    names = {(p.record_a.group, *sorted(r.name for r in p.records)) for p in pairs}
    assert ("horse+person", "00", "02") in names
    assert {
        ("horse", "00", "01"),
        ("horse", "01", "02"),
        ("person", "00", "01"),
    } < names
    assert not names & {("horse", "00", "02"), ("person", "00", "02")}


def test_what_has_no_other_partner_is_paired_all_the_same(riders):
    for name in ("images/horse/01.png", "masks/horse/01.png"):
        (riders / name).unlink()
    records = read_folder(riders)
    pairs = sample_pairs(records + joint_groups(records), 60, 0)
    assert "horse" in {pair.record_a.group for pair in pairs}


@pytest.fixture
def strangers(folder):
    """Two pictures of cat and aeroplane, and birds: each trusted with the others."""
    root = folder({"aeroplane": 3, "cat": 3, "bus": 3})
    for name in ("00", "02"):
        shutil.copy(
            root / f"images/cat/{name}.png", root / f"images/aeroplane/{name}.png"
        )
    return read_folder(root)


def test_pictures_of_two_groups_make_no_negative_pairs(strangers):
    records = strangers + joint_groups(strangers)
    assert {r.group for r in records} == {"aeroplane", "bus", "cat", "aeroplane+cat"}
    negative = [p for p in sample_pairs(records, 400, 0.5) if not p.positive]
    found = {(r.group, r.name) for pair in negative for r in pair.records}
    alone = {("aeroplane", "01"), ("cat", "01")}
    assert found == alone | {("bus", name) for name in ("00", "01", "02")}


def test_joint_groups_make_none_either_where_their_pictures_stand_alone(strangers):
    joint = joint_groups(strangers)
    records = [r for r in strangers if r.group != "cat"] + joint
    negative = [p for p in sample_pairs(records, 400, 0.5) if not p.positive]
    groups = {r.group for pair in negative for r in pair.records}
    assert groups == {"aeroplane", "bus"}
