import dataclasses
import shutil

import pytest

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


def test_validation_pairs_hold_wrong_partners_too(recipe):
    _, validation = training_and_validation(recipe)
    pairs = validation_pairs(validation)
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
        *(f"{group} ({root})" for group in ("red", "blue") for root in (here, there)),
    }


def test_a_damaged_picture_is_named_before_training(recipe, drawn_folder, tmp_path):
    root = tmp_path / "damaged"
    shutil.copytree(drawn_folder, root)
    file = root / "images" / "red" / "0.png"
    file.write_bytes(file.read_bytes()[:-200])
    damaged = dataclasses.replace(recipe, data=(str(root),))
    with pytest.raises(ValueError, match="red/0.png"):
        training_and_validation(damaged)
