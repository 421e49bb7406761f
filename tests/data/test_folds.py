"""Folds: what is held out, and that nothing of it is kept."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tfcoseg.data.folder import read_folder
from tfcoseg.data.folds import check_fold, shares, split_fold
from tfcoseg.data.kinds import kinds

# As in Table 1 of Shaban et al. (2017).
PASCAL_5I = [
    {"aeroplane", "bicycle", "bird", "boat", "bottle"},
    {"bus", "car", "cat", "chair", "cow"},
    {"diningtable", "dog", "horse", "motorbike", "person"},
    {"pottedplant", "sheep", "sofa", "train", "tvmonitor"},
]


def groups(records):
    return {record.group for record in records}


def pictures(records):
    return {record.image.read_bytes() for record in records}


class TestByClass:
    def test_runs_of_the_sorted_groups(self, folder):
        records = read_folder(folder(dict.fromkeys("gecafdb", 2)))
        runs = [groups(split_fold(records, 3, fold)[1]) for fold in range(3)]
        assert runs == [{"a", "b"}, {"c", "d"}, {"e", "f", "g"}]
        kept, held_out = split_fold(records, 3, 1)
        assert kept == [record for record in records if record.group not in "cd"]
        assert held_out == [record for record in records if record.group in "cd"]

    def test_other_groups_follow_by_the_kind_they_show(self, folder):
        names = "bus", "horse", "person", "rider", "pony", "horse (mine)", "bench"
        records = read_folder(folder(dict.fromkeys(names, 2)))
        three = ("person", "bus", "horse")
        kept, held_out = split_fold(records, 3, 1, classes=three)
        assert groups(held_out) == {"horse"}
        assert groups(kept) == {"bench", "bus", "person", "rider"}
        kept, held_out = split_fold(records, 3, 2, classes=three)
        assert groups(held_out) == {"person"}
        assert groups(kept) == {"bench", "bus", "horse", "horse (mine)", "pony"}

    @pytest.mark.parametrize("listed", [False, True])
    def test_a_picture_held_out_is_kept_nowhere(self, folder, listed):
        root = folder({"bus": 2, "cat": 3, "kitten": 2, "sofa": 4})
        if listed:
            lines = "cat/00.png\tsofa/01.png\nkitten/00.png\tsofa/03.png\n"
            (root / "duplicates_across_classes.tsv").write_text(lines)
        else:
            images = root / "images"
            shutil.copy(images / "cat/00.png", images / "sofa/01.png")
            shutil.copy(images / "kitten/00.png", images / "sofa/03.png")
        records = read_folder(root)
        three = ("bus", "cat", "sofa")
        kept, held_out = split_fold(records, 3, 1, classes=three)
        assert groups(held_out) == {"cat"}
        assert [f"{r.group}/{r.name}" for r in kept] == [
            "bus/00",
            "bus/01",
            "sofa/00",
            "sofa/02",
        ]
        # Cats are kept where sofas are held out, but for those on the sofas.
        kept, held_out = split_fold(records, 3, 2, classes=three)
        assert len(held_out) == 4
        assert [r.name for r in kept if r.group == "cat"] == ["01", "02"]

    def test_fewer_classes_than_folds(self, folder):
        records = read_folder(folder({"cat": 2, "dog": 2}))
        with pytest.raises(ValueError, match=r"each of the 3 folds.*\['cat', 'dog'\]"):
            split_fold(records, 3, 0)


class TestByKind:
    NAMES = ("airplane", "aeroplane", "bird", "car", "cat", "cow", "dog", "taxi", "zoo")

    def test_every_kind_is_held_out_once_under_all_its_names(self, folder):
        records = read_folder(folder(dict.fromkeys(self.NAMES, 2)))
        parts = [split_fold(records, 3, fold, "kind") for fold in range(3)]
        for kept, held_out in parts:
            assert sorted([*kept, *held_out], key=records.index) == records
            assert kept == [r for r in records if r in set(kept)]
            for names in ({"airplane", "aeroplane"}, {"car", "taxi"}):
                assert names <= groups(kept) or names <= groups(held_out)
        everything = [name for _, held_out in parts for name in groups(held_out)]
        assert sorted(everything) == sorted(self.NAMES)
        assert all(held_out for _, held_out in parts)

    def test_folds_do_not_depend_on_what_else_there_is(self, folder):
        records = read_folder(folder(dict.fromkeys(self.NAMES, 2)))
        few = [record for record in records if record.group in ("cat", "dog", "taxi")]
        for fold in range(3):
            kept, held_out = split_fold(few, 3, fold, "kind")
            more_kept, more_held_out = split_fold(records, 3, fold, "kind")
            assert set(held_out) == set(few) & set(more_held_out)
            assert set(kept) == set(few) & set(more_kept)

    def test_folds_are_a_promise(self, folder):
        """Weights were trained with a fold held out, and are judged on it later."""
        records = read_folder(folder(dict.fromkeys(self.NAMES, 2)))
        held_out = [groups(split_fold(records, 3, f, "kind")[1]) for f in range(3)]
        assert held_out == [
            {"aeroplane", "airplane", "cow", "dog"},
            {"car", "cat", "taxi"},
            {"bird", "zoo"},
        ]

    def test_folds_of_many_kinds_are_of_about_one_size(self, folder):
        record, _ = read_folder(folder({"gizmo": 2}))
        many = [replace(record, group=f"gizmo{number}") for number in range(400)]
        for fold in range(4):
            assert 70 <= len(split_fold(many, 4, fold, "kind")[1]) <= 130

    @pytest.mark.parametrize("listed", [False, True])
    def test_a_picture_also_filed_under_a_held_out_kind_is_kept_nowhere(
        self, folder, listed
    ):
        root = folder({"cat": 3, "bird": 3})
        if listed:
            (root / "duplicates_across_classes.tsv").write_text(
                "cat/00.png\tbird/01.png"
            )
        else:
            shutil.copy(root / "images/cat/00.png", root / "images/bird/01.png")
        records = read_folder(root)
        fold = next(f for f in range(9) if groups(split_fold(records, 9, f, "kind")[1]))
        kept, held_out = split_fold(records, 9, fold, "kind")
        assert len(groups(held_out)) == len(groups(kept)) == 1
        assert len(held_out) == 3 and len(kept) == 2
        assert ("cat", "00") not in {(r.group, r.name) for r in kept}
        assert ("bird", "01") not in {(r.group, r.name) for r in kept}

    def test_a_group_of_a_held_out_kind_and_another_is_in_neither_list(self, folder):
        names = ("cat", "bird", "cat+bird")
        records = read_folder(folder(dict.fromkeys(names, 2)))
        mixed = 0
        for fold in range(9):
            kept, held_out = split_fold(records, 9, fold, "kind")
            if held_out:
                mixed += 1
                assert "cat+bird" not in groups(kept) | groups(held_out)
        assert mixed == 2


class TestByPicture:
    def test_every_record_is_held_out_once(self, folder):
        records = read_folder(folder({"cat": 20, "dog": 20}))
        splits = [split_fold(records, 4, fold, "picture") for fold in range(4)]
        for kept, held_out in splits:
            assert 2 <= len(held_out) <= 20
            assert sorted([*kept, *held_out], key=records.index) == records
        everything = [record for _, held_out in splits for record in held_out]
        assert sorted(everything, key=records.index) == records

    def test_copies_fall_together(self, folder):
        root = folder({"cat": 8, "dog": 8})
        for number in range(8):
            shutil.copy(root / f"images/cat/0{number}.png", root / "images/dog")
        records = read_folder(root)
        for fold in range(3):
            _, held_out = split_fold(records, 3, fold, "picture")
            cats, dogs = (
                [record.name for record in held_out if record.group == group]
                for group in ("cat", "dog")
            )
            assert cats == dogs

    def test_files_that_a_list_calls_one_picture_fall_together(self, folder):
        """Saved anew, they differ in bytes; lists and copies make chains."""
        root = folder({"cat": 12, "dog": 12, "cow": 12})
        names = [f"{number:02}.png" for number in range(12)]
        lines = [f"cat/{name}\tdog/{name}\n" for name in names]
        (root / "duplicates_across_classes.tsv").write_text("".join(lines))
        for name in names:
            shutil.copy(root / "images/dog" / name, root / "images/cow" / name)
        records = read_folder(root)
        of_each = shares(records)
        assert len(set(of_each.values())) == 12
        for name in range(12):
            same = {n for r, n in of_each.items() if r.name == f"{name:02}"}
            assert len(same) == 1
        held_out = split_fold(records, 3, 0, "picture")[1]
        by_group = [{r.name for r in held_out if r.group == g} for g in ("cat", "cow")]
        assert by_group[0] == by_group[1] and 0 < len(by_group[0]) < 12

    def test_a_fold_leaves_its_share_of_any_other_cut(self, folder):
        """Training cuts validation by the same bytes; it must not be the same cut."""
        records = read_folder(folder({"cat": 60}))
        kept, _ = split_fold(records, 2, 0, "picture")
        low = [number for number in shares(kept).values() if number < 0.5]
        assert 0.2 < len(low) / len(kept) < 0.8


@pytest.mark.parametrize(
    "given", [(None, None, None), (2, 0, "class"), (9, 8, "picture"), (5, 4, "kind")]
)
def test_a_fold_that_can_be(given):
    check_fold(*given)


@pytest.mark.parametrize(
    "given",
    [
        (4, None, None),
        (4, 1, None),
        (None, 1, "class"),
        (None, None, "class"),
        (1, 0, "class"),
        (4, 4, "class"),
        (4, -1, "class"),
        (4, 1, "group"),
        (4, 4, "kind"),
    ],
)
def test_a_fold_that_can_not_be(given):
    with pytest.raises(ValueError, match=f"folds={given[0]}, fold={given[1]}, by="):
        check_fold(*given)


@pytest.fixture(scope="module")
def real():
    """The folder of the 20 classes, and others beside it with some of their kinds."""
    root = Path(os.environ.get("TFCOSEG_DATA", "no such folder"))
    if not (root / "pascal_coseg").is_dir():
        pytest.skip("TFCOSEG_DATA does not name the real data")
    others = ("weizmann_horse", "human_seg", "ccp_person", "tiny_coco")
    return read_folder(root / "pascal_coseg"), [
        record for name in others for record in read_folder(root / name)
    ]


def test_the_folds_of_the_20_classes_are_those_of_pascal_5i(real):
    pascal, others = real
    for fold, classes in enumerate(PASCAL_5I):
        kept, held_out = split_fold(pascal + others, 4, fold, classes=groups(pascal))
        assert groups(held_out) == classes
        assert {r for r in pascal if r.group in classes} <= set(held_out)
        assert not pictures(kept) & pictures(held_out)
        unseen = set().union(*map(kinds, classes))
        assert not [name for name in groups(kept) if kinds(name) & unseen]
        assert groups(held_out + kept) >= groups(pascal)


def test_people_and_horses_of_other_sets_are_held_out_with_those_of_pascal(real):
    pascal, others = real
    kept, _ = split_fold(pascal + others, 4, 2, classes=groups(pascal))
    folders = {record.image.parents[2].name for record in kept}
    assert folders == {"pascal_coseg", "tiny_coco"}
    assert not {"motorcycle", "dining_table", "person"} & groups(kept)
    kept, _ = split_fold(pascal + others, 4, 0, classes=groups(pascal))
    assert {"horse", "person"} <= groups(kept)


def test_real_kinds_are_held_out_in_every_set(real):
    everything = [record for records in real for record in records]
    names = set()
    for fold in range(4):
        kept, held_out = split_fold(everything, 4, fold, "kind")
        unseen = set().union(*map(kinds, groups(held_out)))
        assert 5 <= len(unseen) <= 14
        assert not [name for name in groups(kept) if kinds(name) & unseen]
        assert not pictures(kept) & pictures(held_out)
        names |= groups(held_out)
    assert names == groups(everything)


def test_the_real_pictures_are_partitioned(real):
    pascal, _ = real
    parts = [split_fold(pascal, 4, fold, "picture") for fold in range(4)]
    for kept, held_out in parts:
        assert len(kept) + len(held_out) == len(pascal)
        assert not pictures(kept) & pictures(held_out)
    assert sum(len(held_out) for _, held_out in parts) == len(pascal) == 1037
