import dataclasses
import shutil
from collections import Counter

import pytest

from tfcoseg.ablate.pictures import (
    read_pictures,
    rest_of_groups,
    right_pairs,
    wrong_pairs,
)
from tfcoseg.data import read_folder


def test_who_is_on_which_side(settings, data, validation):
    training, sets = read_pictures(settings)
    held_out, seen, unseen = sets.values()
    assert list(sets) == ["held out", "seen kinds", "unseen kinds"]
    assert {record.group for record in seen} == {"red"}
    assert {record.group for record in unseen} == {"violet"}
    # The first by name is left out: benchmarks know it.
    assert [record.name for record in unseen] == ["1", "2", "3", "4"]
    pictures = {record.image for record in read_folder(data)}
    assert {r.image for r in training} | {r.image for r in held_out} <= pictures
    assert {r.image for r in training}.isdisjoint(r.image for r in held_out)
    assert training and held_out


def test_a_kind_is_seen_whatever_it_is_called(settings, data, validation, tmp_path):
    shutil.copytree(data, tmp_path / "data")
    shutil.copytree(validation, tmp_path / "validation")
    for folder in ("images", "masks"):
        for root, old, new in (
            ("data", "red", "person"),
            ("validation", "red", "face"),
            ("validation", "violet", "rooster"),
        ):
            (tmp_path / root / folder / old).rename(tmp_path / root / folder / new)
    roots = {name: (str(tmp_path / name),) for name in ("data", "validation")}
    _, sets = read_pictures(dataclasses.replace(settings, **roots))
    assert {record.group for record in sets["seen kinds"]} == {"face"}
    assert {record.group for record in sets["unseen kinds"]} == {"rooster"}


def test_without_validation_there_is_the_share_alone(settings):
    alone = dataclasses.replace(settings, validation=())
    assert list(read_pictures(alone)[1]) == ["held out"]


def test_a_group_that_would_be_left_with_one_picture_is_left_out(validation):
    assert len(rest_of_groups([validation], 3)) == 4
    with pytest.raises(ValueError, match="after the first 4 .* Received none in"):
        rest_of_groups([validation], 4)


def test_what_cannot_be_decoded_is_named_and_left_out(data, tmp_path):
    for kind in ("images", "masks"):
        (tmp_path / kind / "red").mkdir(parents=True)
        for index in range(4):
            name = f"{kind}/red/{index}.png"
            (tmp_path / name).write_bytes((data / name).read_bytes())
    whole = (tmp_path / "images/red/1.png").read_bytes()
    (tmp_path / "images/red/1.png").write_bytes(whole[: len(whole) // 2])
    with pytest.warns(UserWarning, match="red/1.png"):
        rest = rest_of_groups([tmp_path], 1)
    assert [record.name for record in rest] == ["2", "3"]


def test_right_pairs_hold_every_picture_once(data):
    records = read_folder(data)  # groups of seven: the last one meets the first
    pairs = right_pairs(records)
    times = Counter(record for pair in pairs for record in pair.records)
    assert set(times) == set(records)
    assert {record.name for record, count in times.items() if count == 2} == {"0"}
    assert all(p.record_a.group == p.record_b.group and p.positive for p in pairs)
    assert not any(pair.record_a == pair.record_b for pair in pairs)


def test_wrong_pairs_share_nothing_and_hold_every_picture(data):
    records = read_folder(data)
    pairs = wrong_pairs(records)
    times = Counter(record for pair in pairs for record in pair.records)
    assert set(times) == set(records)
    assert sum(times.values()) <= len(records) + 7  # three groups of seven: one is left
    assert all(p.record_a.group != p.record_b.group for p in pairs)
    assert not any(pair.positive for pair in pairs)
