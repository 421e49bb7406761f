import os
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tfcoseg.data.folder import read_folder
from tfcoseg.data.pairing import (
    all_pairs,
    by_group,
    consecutive_pairs,
    sample_pairs,
    wrong_partners,
)

DATA = os.environ.get("TFCOSEG_DATA")


def names(pairs):
    return [
        f"{pair.record_a.group}{int(pair.record_a.name)}"
        f"-{pair.record_b.group}{int(pair.record_b.name)}"
        for pair in pairs
    ]


@pytest.fixture
def records(folder):
    return read_folder(folder({"aeroplane": 5, "car": 3, "cow": 4, "person": 4}))


class TestConsecutivePairs:
    def test_by_hand(self, folder):
        records = read_folder(folder({"a": 3, "b": 2}))
        pairs = consecutive_pairs(records)
        assert names(pairs) == ["a0-a1", "a1-a2", "a2-a0", "b0-b1", "b1-b0"]
        assert all(pair.positive for pair in pairs)

    def test_lists_of_two_folders_make_one_group(self, folder):
        records = read_folder(folder({"a": 4, "b": 2}))
        mixed = records[:2] + records[4:] + records[2:4]
        assert names(consecutive_pairs(mixed))[:4] == [
            "a0-a1",
            "a1-a2",
            "a2-a3",
            "a3-a0",
        ]


class TestAllPairs:
    def test_by_hand(self, folder):
        pairs = all_pairs(read_folder(folder({"a": 3, "b": 2})))
        assert names(pairs) == ["a0-a1", "a0-a2", "a1-a2", "b0-b1"]
        assert all(pair.positive for pair in pairs)


def test_group_of_one(records):
    for pairs in (consecutive_pairs, all_pairs, by_group):
        with pytest.raises(ValueError, match="one picture in: aeroplane"):
            pairs(records[:1] + records[5:])
    with pytest.raises(ValueError, match="one picture in: aeroplane"):
        sample_pairs(records[:1] + records[5:], 3)


class TestWrongPartners:
    def test_by_hand(self, records):
        # A car may be driven by a person; cows hold nobody, nor do aeroplanes.
        assert names(wrong_partners(records)) == [
            "aeroplane0-car0",
            "aeroplane1-car1",
            "aeroplane2-car2",
            "aeroplane3-car0",
            "aeroplane4-car1",
            "car0-cow0",
            "car1-cow1",
            "car2-cow2",
            "cow0-aeroplane0",
            "cow1-aeroplane1",
            "cow2-aeroplane2",
            "cow3-aeroplane3",
        ]
        assert not any(pair.positive for pair in wrong_partners(records))

    def test_exclude(self, records):
        pairs = names(wrong_partners(records, exclude=[("aeroplane", "car")]))
        assert "aeroplane0-cow0" in pairs
        assert not any("aeroplane" in p and "car" in p for p in pairs)
        assert not any("cow" in p for p in names(wrong_partners(records, ["cow"])))

    def test_duplicates_are_left_out(self, records):
        shutil.copy(records[0].image, records[5].image)
        pairs = names(wrong_partners(records))
        assert len(pairs) == 10
        assert not any("aeroplane0" in pair or "car0" in pair for pair in pairs)

    def test_nothing_to_pair(self, folder):
        assert wrong_partners(read_folder(folder({"cat": 3, "dog": 3}))) == []


class TestSamplePairs:
    def test_same_seed_same_pairs(self, records):
        assert sample_pairs(records, 60, seed=3) == sample_pairs(records, 60, seed=3)
        assert sample_pairs(records, 60, seed=3) != sample_pairs(records, 60, seed=4)

    @pytest.mark.parametrize("negative_share", [0, 0.1, 0.25, 1])
    @pytest.mark.parametrize("start", [1, 7, 59])
    def test_resuming_gives_the_rest(self, records, negative_share, start):
        whole = sample_pairs(records, 60, negative_share)
        rest = sample_pairs(records, 60 - start, negative_share, start=start)
        assert rest == whole[start:]

    @pytest.mark.parametrize("share", [0, 0.1, 0.25, 1 / 3, 0.7, 1])
    def test_share_of_negatives_is_even(self, records, share):
        positive = [pair.positive for pair in sample_pairs(records, 300, share)]
        negatives = np.cumsum(np.logical_not(positive))
        expected = share * np.arange(1, 301)
        assert np.all(np.abs(negatives - expected) < 1 + 1e-6)
        assert negatives[-1] == round(300 * share)

    def test_positive_pairs_are_balanced_over_groups(self, records):
        pairs = sample_pairs(records, 40, negative_share=0)
        rounds = [pairs[i : i + 4] for i in range(0, 40, 4)]
        orders = [tuple(pair.record_a.group for pair in round_) for round_ in rounds]
        assert all(len(set(order)) == 4 for order in orders)
        assert len(set(orders)) > 1
        for pair in pairs:
            assert pair.record_a.group == pair.record_b.group
            assert pair.record_a != pair.record_b

    def test_each_picture_comes_once_before_any_comes_twice(self, records):
        pairs = sample_pairs(records, 40, negative_share=0)
        cars = [p.record_a.name for p in pairs if p.record_a.group == "car"]
        laps = [cars[i : i + 3] for i in range(0, 9, 3)]
        assert all(sorted(lap) == ["00", "01", "02"] for lap in laps)
        assert len(set(map(tuple, laps))) > 1

    def test_every_partner_is_drawn(self, records):
        drawn = Counter(names(sample_pairs(records, 400, negative_share=0)))
        cars = {pair: count for pair, count in drawn.items() if "car" in pair}
        assert len(cars) == 6 and min(cars.values()) > 5

    def test_negatives_are_trusted(self, records):
        shutil.copy(records[0].image, records[5].image)
        duplicates = {records[0], records[5]}
        for pair in sample_pairs(records, 300, negative_share=1):
            groups = {pair.record_a.group, pair.record_b.group}
            assert not pair.positive
            assert len(groups) == 2 and "person" not in groups
            assert duplicates.isdisjoint({pair.record_a, pair.record_b})

    def test_duplicates_still_make_positive_pairs(self, records):
        shutil.copy(records[0].image, records[5].image)
        pairs = sample_pairs(records, 100, negative_share=0)
        assert {records[0], records[5]} <= {pair.record_a for pair in pairs}

    def test_exclude(self, records):
        for pair in sample_pairs(records, 100, 1, exclude=[("car", "cow")]):
            assert {pair.record_a.group, pair.record_b.group} != {"car", "cow"}
        for pair in sample_pairs(records, 100, 1, exclude=["car"]):
            assert "car" not in {pair.record_a.group, pair.record_b.group}

    def test_negative_pairs_are_balanced_but_for_small_groups(self, folder):
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

    def test_small_groups_alone_are_balanced(self, folder):
        records = read_folder(folder({"aeroplane": 2, "car": 2, "cow": 2}))
        pairs = sample_pairs(records, 60, negative_share=1)
        counts = Counter(pair.record_a.group for pair in pairs)
        assert set(counts.values()) == {20}

    def test_no_negative_pair_can_be_trusted(self, folder):
        records = read_folder(folder({"cat": 2, "dog": 2}))
        with pytest.raises(ValueError, match=r"negative_share=0.*\['cat', 'dog'\]"):
            sample_pairs(records, 4)
        assert len(sample_pairs(records, 4, negative_share=0)) == 4

    @pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
    def test_share_out_of_range(self, records, share):
        with pytest.raises(ValueError, match="negative_share.*Received"):
            sample_pairs(records, 4, share)


@pytest.mark.skipif(not DATA, reason="TFCOSEG_DATA does not name the real data")
def test_negatives_of_real_data_avoid_every_known_duplicate():
    root = Path(DATA) / "pascal_coseg"
    if not root.is_dir():
        pytest.skip("TFCOSEG_DATA holds no pascal_coseg")
    listed = (root / "duplicates_across_classes.tsv").read_text().split()
    drawn = set()
    for pair in sample_pairs(read_folder(root), 2000, negative_share=1):
        drawn |= {
            f"{record.group}/{record.image.name}"
            for record in (pair.record_a, pair.record_b)
        }
    assert len(drawn) > 500 and drawn.isdisjoint(listed)
    assert {name.split("/")[0] for name in drawn}.isdisjoint({"person"})
