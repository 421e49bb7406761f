import dataclasses
import shutil
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from tfcoseg.data import read_folder, split_fold
from tfcoseg.train.split import training_and_validation, validation_pairs


def test_a_share_is_kept_and_no_picture_is_on_both_sides(recipe):
    alone = dataclasses.replace(recipe, validation=(), validation_share=0.5)
    training, validation = training_and_validation(alone)
    assert training and validation
    assert not set(training) & set(validation)
    assert training_and_validation(alone) == (training, validation)


def test_a_picture_of_two_groups_is_on_one_side(recipe, drawn_folder, tmp_path):
    root = tmp_path / "data"
    shutil.copytree(drawn_folder, root)
    for kind in ("images", "masks"):  # each red picture is a blue one too
        for file in (root / kind / "red").iterdir():
            shutil.copy(file, root / kind / "blue" / f"red_{file.name}")
    alone = dataclasses.replace(
        recipe, data=(str(root),), validation=(), validation_share=0.5
    )
    sides = training_and_validation(alone)
    contents = [{record.image.read_bytes() for record in side} for side in sides]
    assert not contents[0] & contents[1]


@pytest.fixture
def riders(drawn_folder, tmp_path):
    """Horses, persons and birds; half of the horses' pictures are persons' too."""
    root = tmp_path / "riders"
    names = {"red": "horse", "green": "person", "blue": "bird"}
    for kind in ("images", "masks"):
        for colour, name in names.items():
            shutil.copytree(drawn_folder / kind / colour, root / kind / name)
        for index in range(2):
            file = root / kind / "horse" / f"{index}.png"
            shutil.copy(file, root / kind / "person" / f"rider_{index}.png")
    return root


class TestJointGroups:
    @pytest.fixture
    def joint(self, recipe, riders):
        given = {"data": (str(riders),), "validation": (str(riders),)}
        return dataclasses.replace(recipe, joint_groups=2, **given)

    def test_both_sides_have_them(self, joint):
        for side in training_and_validation(joint):
            groups = Counter(record.group for record in side)
            assert groups == {"bird": 4, "horse": 4, "person": 6, "horse+person": 2}

    def test_only_if_asked_for_and_of_enough_pictures(self, joint):
        for least in (None, 3):
            side, _ = training_and_validation(
                dataclasses.replace(joint, joint_groups=least)
            )
            assert "horse+person" not in {record.group for record in side}

    def test_none_shows_what_a_fold_holds_out(self, joint):
        fold = dataclasses.replace(joint, folds=3, fold=1, fold_by="class")
        for side in training_and_validation(fold):
            groups = Counter(record.group for record in side)
            assert groups == {"bird": 4, "person": 4}  # riders sit on horses

    def test_their_pictures_are_on_one_side(self, joint):
        alone = dataclasses.replace(joint, validation=(), validation_share=0.5)
        sides = training_and_validation(alone)
        contents = [{record.image.read_bytes() for record in side} for side in sides]
        assert not contents[0] & contents[1]


def test_at_most_so_many_of_a_group(recipe):
    thin = dataclasses.replace(recipe, per_group=2)
    training, _ = training_and_validation(thin)
    groups = [record.group for record in training]
    assert {group: groups.count(group) for group in set(groups)} == {
        "red": 2,
        "green": 2,
        "blue": 2,
    }


def test_nothing_to_validate_on_is_an_error(recipe):
    nothing = dataclasses.replace(recipe, validation=(), validation_share=0.0)
    with pytest.raises(ValueError, match="two pictures or more for validation"):
        training_and_validation(nothing)


def test_the_error_says_how_much_there_is(recipe):
    few = dataclasses.replace(recipe, validation=(), validation_share=0.01)
    with pytest.raises(ValueError, match="draws 0.01 of 12 pictures in 3 groups"):
        training_and_validation(few)


def test_who_is_drawn_alone_is_trained_on(recipe, tmp_path):
    """Each group has five; as one is drawn here and none there, none is lost."""
    root, generator = tmp_path / "many", np.random.default_rng(3)
    for kind in ("images", "masks"):
        for group in range(20):
            (root / kind / f"group {group}").mkdir(parents=True)
    for group in range(20):
        for index in range(5):
            name = f"group {group}/{index}.png"
            pixels = generator.integers(0, 255, (8, 8, 3), np.uint8)
            Image.fromarray(pixels).save(root / "images" / name)
            Image.fromarray(pixels[..., 0] // 128 * 255).save(root / "masks" / name)
    told = []
    alone = dataclasses.replace(
        recipe, data=(str(root),), validation=(), validation_share=0.3
    )
    sides = training_and_validation(alone, tell=told.append)
    counts = [Counter(record.group for record in side) for side in sides]
    assert all(number > 1 for side in counts for number in side.values())
    assert sum(map(len, sides)) + len(told[0]) == 100
    assert 10 < len(sides[1]) < 40
    assert any(counts[0][f"group {n}"] == 5 for n in range(20))
    assert all("no other picture of group" in line for line in told[0])


def test_validation_pairs_hold_wrong_partners_too(recipe):
    _, validation = training_and_validation(recipe)
    pairs = validation_pairs(validation, recipe.exclusions)
    assert sum(pair.positive for pair in pairs) == len(validation)
    assert sum(not pair.positive for pair in pairs) == len(validation) // 3


def test_groups_of_one_name_stay_apart(recipe, drawn_folder, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(drawn_folder, other)
    shutil.rmtree(other / "images" / "green")
    both = dataclasses.replace(recipe, data=(str(drawn_folder), str(other)))
    training, _ = training_and_validation(both)
    here, there = drawn_folder.name, "other"
    assert {record.group for record in training} == {
        "green",
        *(f"{group} [{root}]" for group in ("red", "blue") for root in (here, there)),
    }


def test_folders_of_one_name_stay_apart(recipe, drawn_folder, tmp_path):
    roots = [tmp_path / parent / "set" for parent in "xyz"]
    for root in roots:
        shutil.copytree(drawn_folder, root)
    all_of_them = dataclasses.replace(recipe, data=tuple(map(str, roots)))
    groups = Counter(r.group for r in training_and_validation(all_of_them)[0])
    assert groups == {
        f"{colour} [{name}]": 4
        for colour in ("red", "green", "blue")
        for name in ("set", "set 2", "set 3")
    }


@pytest.fixture
def damaged(drawn_folder, tmp_path):
    """A copy of the folder, in which a picture ends too early."""
    root = tmp_path / "damaged"
    shutil.copytree(drawn_folder, root)
    file = root / "images" / "red" / "0.png"
    file.write_bytes(file.read_bytes()[:-200])
    return root


def test_a_damaged_picture_is_named_and_left_out(recipe, drawn_folder, damaged):
    told = []
    spoiled = dataclasses.replace(recipe, data=(str(damaged),))
    training, validation = training_and_validation(spoiled, tell=told.append)
    ((line,),) = told
    assert "red/0.png" in line
    names = [(record.group, record.name) for record in training]
    assert names == [
        (r.group, r.name) for r in validation if r.mask.stem + r.group != "0red"
    ]
    with pytest.warns(UserWarning, match="1 file or group(?s:.*)red/0.png"):
        assert training_and_validation(spoiled) == (training, validation)


def test_nothing_is_told_of_nothing(recipe):
    told = []
    training_and_validation(recipe, tell=told.append)
    assert told == [[]]


def test_a_file_of_both_sides_is_named_once(recipe, damaged):
    told = []
    spoiled = dataclasses.replace(
        recipe, data=(str(damaged),), validation=(str(damaged),)
    )
    training_and_validation(spoiled, tell=told.append)
    assert len(told[0]) == 1


def test_a_group_left_with_one_picture_is_left_out(recipe, damaged):
    for name in "12":
        (damaged / "images" / "red" / f"{name}.png").write_bytes(b"")
    spoiled = dataclasses.replace(recipe, data=(str(damaged),))
    training, _ = training_and_validation(spoiled, tell=lambda lines: None)
    assert {record.group for record in training} == {"green", "blue"}


@pytest.mark.parametrize("keep_header", [True, False])
def test_nothing_usable_is_an_error_that_names_the_files(recipe, damaged, keep_header):
    for file in damaged.glob("images/*/*.png"):
        file.write_bytes(file.read_bytes()[: 60 if keep_header else 0])
    spoiled = dataclasses.replace(recipe, data=(str(damaged),))
    with pytest.raises(ValueError, match="12 files or groups(?s:.*)green/3.png"):
        training_and_validation(spoiled, tell=lambda lines: None)


class TestFolds:
    def test_a_class_is_on_neither_side(self, recipe):
        three = dataclasses.replace(recipe, folds=3, fold=0, fold_by="class")
        for side in training_and_validation(three):
            assert {record.group for record in side} == {"green", "red"}

    def test_the_first_folder_says_which_classes_there_are(self, recipe, tmp_path):
        """Others follow by the kind they show: foals are horses, men are persons."""
        roots = [tmp_path / "one", tmp_path / "two"]
        groups = {"one": ("car", "horse", "person"), "two": ("elk", "foal", "man")}
        for root in roots:
            shutil.copytree(recipe.data[0], root)
            for old, new in zip(("blue", "green", "red"), groups[root.name]):
                for kind in ("images", "masks"):
                    (root / kind / old).rename(root / kind / new)
        for image in roots[1].glob(
            "images/*/*"
        ):  # the same ones would go with the first
            Image.open(image).convert("L").save(image)
        both = tuple(map(str, roots))
        base = dataclasses.replace(
            recipe, data=both, validation=(), validation_share=0.5
        )
        kept = []
        for fold in range(3):
            held_out = {"folds": 3, "fold": fold, "fold_by": "class"}
            sides = training_and_validation(
                dataclasses.replace(base, **held_out), tell=lambda lines: None
            )
            kept.append({record.group for side in sides for record in side})
        assert kept == [
            {"elk", "foal", "horse", "man", "person"},
            {"car", "elk", "man", "person"},
            {"car", "elk", "foal", "horse"},
        ]

    def test_kinds_of_all_folders_are_cut(self, recipe, tmp_path):
        roots = [tmp_path / "one", tmp_path / "two"]
        groups = {"one": ("bird", "car", "cow"), "two": ("dog", "duck", "taxi")}
        for root in roots:
            shutil.copytree(recipe.data[0], root)
            for old, new in zip(("blue", "green", "red"), groups[root.name]):
                for kind in ("images", "masks"):
                    (root / kind / old).rename(root / kind / new)
        for image in roots[1].glob("images/*/*"):  # pictures of their own
            Image.open(image).convert("L").save(image)
        base = dataclasses.replace(
            recipe, data=tuple(map(str, roots)), validation=(), validation_share=0.5
        )
        kept = []
        for fold in range(3):
            cut = dataclasses.replace(base, folds=3, fold=fold, fold_by="kind")
            sides = training_and_validation(cut, tell=lambda lines: None)
            kept.append({record.group for side in sides for record in side})
        # Dogs, which the first folder does not have, are held out as well.
        assert kept == [
            {"bird", "car", "duck", "taxi"},
            {"bird", "cow", "dog", "duck"},
            {"car", "cow", "dog", "taxi"},
        ]

    def test_pictures_held_out_are_on_neither_side(self, recipe, drawn_folder):
        """Those that `split_fold` holds out, for whoever judges."""
        for fold in (0, 1):
            half = dataclasses.replace(recipe, folds=2, fold=fold, fold_by="picture")
            sides = training_and_validation(half, tell=lambda lines: None)
            _, held_out = split_fold(read_folder(drawn_folder), 2, fold, "picture")
            assert held_out and not {r for side in sides for r in side} & set(held_out)
