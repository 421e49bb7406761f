"""Which picture is paired with which: in order, all of them, and wrong partners."""

import shutil

import pytest

from tfcoseg.data.folder import read_folder
from tfcoseg.data.pairing import (
    all_pairs,
    by_group,
    consecutive_pairs,
    sample_pairs,
    wrong_partners,
)


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
        # A car may be driven by a person; nobody is seen with cows and aeroplanes.
        assert names(wrong_partners(records)) == [
            "aeroplane0-car0",
            "aeroplane1-car1",
            "aeroplane2-car2",
            "aeroplane3-car0",
            "aeroplane4-car1",
            "car0-cow0",
            "car1-cow1",
            "car2-cow2",
            *[f"cow{index}-person{index}" for index in range(4)],
            *[f"person{index}-aeroplane{index}" for index in range(4)],
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
        assert len(pairs) == 14
        assert not any("aeroplane0" in pair or "car0" in pair for pair in pairs)

    def test_nothing_to_pair(self, folder):
        assert wrong_partners(read_folder(folder({"cat": 3, "dog": 3}))) == []
