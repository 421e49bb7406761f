"""Pairs drawn at random: balanced, trusted, and the same again."""

import os
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tfcoseg.data.folder import read_folder
from tfcoseg.data.pairing import sample_pairs

DATA = os.environ.get("TFCOSEG_DATA")


@pytest.fixture
def records(folder):
    return read_folder(folder({"aeroplane": 5, "car": 3, "cow": 4, "person": 4}))


def test_same_seed_same_pairs(records):
    assert sample_pairs(records, 60, seed=3) == sample_pairs(records, 60, seed=3)
    assert sample_pairs(records, 60, seed=3) != sample_pairs(records, 60, seed=4)


@pytest.mark.parametrize("negative_share", [0, 0.1, 0.25, 1])
@pytest.mark.parametrize("start", [1, 7, 59])
def test_resuming_gives_the_rest(records, negative_share, start):
    whole = sample_pairs(records, 60, negative_share)
    rest = sample_pairs(records, 60 - start, negative_share, start=start)
    assert rest == whole[start:]


@pytest.mark.parametrize("share", [0, 0.1, 0.25, 1 / 3, 0.7, 1])
def test_share_of_negatives_is_even(records, share):
    positive = [pair.positive for pair in sample_pairs(records, 300, share)]
    negatives = np.cumsum(np.logical_not(positive))
    expected = share * np.arange(1, 301)
    assert np.all(np.abs(negatives - expected) < 1 + 1e-6)
    assert negatives[-1] == round(300 * share)


def test_positive_pairs_are_balanced_over_groups(records):
    pairs = sample_pairs(records, 40, negative_share=0)
    rounds = [pairs[i : i + 4] for i in range(0, 40, 4)]
    orders = [tuple(pair.record_a.group for pair in round_) for round_ in rounds]
    assert all(len(set(order)) == 4 for order in orders)
    assert len(set(orders)) > 1
    for pair in pairs:
        assert pair.record_a.group == pair.record_b.group
        assert pair.record_a != pair.record_b


@pytest.mark.parametrize("full_weight", [1, 4, 50])
def test_small_groups_come_as_often_as_they_have_pictures(records, full_weight):
    """In whole cycles a group of n comes min(n, full_weight) times."""
    sizes = {"aeroplane": 5, "car": 3, "cow": 4, "person": 4}
    weights = {name: min(size, full_weight) for name, size in sizes.items()}
    pairs = sample_pairs(records, 3 * sum(weights.values()), 0, full_weight=full_weight)
    counts = Counter(pair.record_a.group for pair in pairs)
    assert counts == {name: 3 * weight for name, weight in weights.items()}
    rest = sample_pairs(records, 7, 0, start=5, full_weight=full_weight)
    assert rest == sample_pairs(records, 12, 0, full_weight=full_weight)[5:]


def test_full_weight_out_of_range(records):
    with pytest.raises(ValueError, match="`full_weight` must be 1 or more"):
        sample_pairs(records, 1, full_weight=0)


def test_each_picture_comes_once_before_any_comes_twice(records):
    pairs = sample_pairs(records, 40, negative_share=0)
    cars = [p.record_a.name for p in pairs if p.record_a.group == "car"]
    laps = [cars[i : i + 3] for i in range(0, 9, 3)]
    assert all(sorted(lap) == ["00", "01", "02"] for lap in laps)
    assert len(set(map(tuple, laps))) > 1


def test_every_partner_is_drawn(records):
    drawn = Counter(sample_pairs(records, 400, negative_share=0))
    cars = {p: count for p, count in drawn.items() if p.record_a.group == "car"}
    assert len(cars) == 6 and min(cars.values()) > 5


def test_negatives_are_trusted(records):
    shutil.copy(records[0].image, records[5].image)
    duplicates = {records[0], records[5]}
    for pair in sample_pairs(records, 300, negative_share=1):
        groups = {pair.record_a.group, pair.record_b.group}
        assert not pair.positive
        assert len(groups) == 2 and groups != {"person", "car"}
        assert duplicates.isdisjoint({pair.record_a, pair.record_b})


def test_duplicates_still_make_positive_pairs(records):
    shutil.copy(records[0].image, records[5].image)
    pairs = sample_pairs(records, 100, negative_share=0)
    assert {records[0], records[5]} <= {pair.record_a for pair in pairs}


def test_exclude(records):
    for pair in sample_pairs(records, 100, 1, exclude=[("car", "cow")]):
        assert {pair.record_a.group, pair.record_b.group} != {"car", "cow"}
    for pair in sample_pairs(records, 100, 1, exclude=["car"]):
        assert "car" not in {pair.record_a.group, pair.record_b.group}


def test_negative_pairs_are_balanced_but_for_small_groups(folder):
    sizes = {"aeroplane": 12, "car": 8, "cow": 2, "bird": 9}
    records = read_folder(folder(sizes))
    pairs = sample_pairs(records, 2600, negative_share=1)
    counts = Counter(pair.record_a.group for pair in pairs)
    assert counts == {"aeroplane": 800, "car": 800, "bird": 800, "cow": 200}
    partners = Counter(
        pair.record_b.group for pair in pairs if pair.record_a.group == "car"
    )
    assert 250 < partners["aeroplane"] < 450 and 250 < partners["bird"] < 450
    assert 50 < partners["cow"] < 150


def test_small_groups_alone_are_balanced(folder):
    records = read_folder(folder({"aeroplane": 2, "car": 2, "cow": 2}))
    pairs = sample_pairs(records, 60, negative_share=1)
    counts = Counter(pair.record_a.group for pair in pairs)
    assert set(counts.values()) == {20}


def test_no_negative_pair_can_be_trusted(folder):
    records = read_folder(folder({"cat": 2, "dog": 2}))
    with pytest.raises(ValueError, match=r"negative_share=0.*\['cat', 'dog'\]"):
        sample_pairs(records, 4)
    assert len(sample_pairs(records, 4, negative_share=0)) == 4


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_share_out_of_range(records, share):
    with pytest.raises(ValueError, match="negative_share.*Received"):
        sample_pairs(records, 4, share)


@pytest.mark.skipif(not DATA, reason="TFCOSEG_DATA does not name the real data")
def test_negatives_of_real_data_avoid_every_known_duplicate():
    root = Path(DATA) / "pascal_coseg"
    if not root.is_dir():
        pytest.skip("TFCOSEG_DATA holds no pascal_coseg")
    listed = (root / "duplicates_across_classes.tsv").read_text().split()
    drawn, beside_people = set(), set()
    for pair in sample_pairs(read_folder(root), 2000, negative_share=1):
        groups = {pair.record_a.group, pair.record_b.group}
        beside_people |= groups - {"person"} if "person" in groups else set()
        drawn |= {
            f"{record.group}/{record.image.name}"
            for record in (pair.record_a, pair.record_b)
        }
    assert len(drawn) > 500 and drawn.isdisjoint(listed)
    assert beside_people == {"aeroplane", "bird", "cat", "cow", "sheep"}
