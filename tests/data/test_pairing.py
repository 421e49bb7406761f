"""Which picture is paired with which: in order, all of them, and wrong partners."""

import shutil

import pytest

from tfcoseg.data.folder import read_folder
from tfcoseg.data.kinds import kinds
from tfcoseg.data.pairing import (
    all_pairs,
    by_group,
    consecutive_pairs,
    first_pairs,
    other_kind_partners,
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
    for pairs in (consecutive_pairs, first_pairs, all_pairs, by_group):
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


class TestWrongPartnersThatAreKnown:
    def test_kinds_that_may_share_something_are_joined(self, folder):
        records = read_folder(folder({"cat": 2, "cats": 2, "dog": 3, "sofa": 2}))
        assert names(wrong_partners(records, exclusions="known")) == [
            "cat0-dog0",
            "cat1-dog1",
            "cats0-dog0",
            "cats1-dog1",
            *["dog0-sofa0", "dog1-sofa1", "dog2-sofa0"],
            *["sofa0-cat0", "sofa1-cat1"],
        ]
        pairs = wrong_partners(records, ["dog", ("cats", "sofa")], "known")
        assert names(pairs) == [
            *["cat0-sofa0", "cat1-sofa1", "sofa0-cat0", "sofa1-cat1"]
        ]

    def test_pictures_of_several_groups_avoid_their_kinds(self, folder):
        root = folder({"cat": 2, "dog": 2, "sofa": 2})
        shutil.copy(root / "images/cat/00.png", root / "images/dog/00.png")
        shutil.copy(root / "images/sofa/01.png", root / "images/dog/01.png")
        assert names(wrong_partners(read_folder(root), exclusions="known")) == [
            # One picture, and then one that shows a dog as well.
            "cat0-sofa0",
            "cat1-dog1",
            "dog0-sofa0",
            "dog1-cat1",
            "sofa0-cat0",
            "sofa1-cat1",
        ]

    def test_a_picture_without_a_partner_is_left_out(self, folder):
        root = folder({"cat": 2, "dog": 2})
        shutil.copy(root / "images/cat/00.png", root / "images/dog/00.png")
        pairs = wrong_partners(read_folder(root), exclusions="known")
        assert names(pairs) == ["cat1-dog1", "dog1-cat1"]

    def test_another_word_is_an_error(self, records):
        with pytest.raises(ValueError, match="`exclusions` must be.*'none'"):
            wrong_partners(records, exclusions="none")


class TestOtherKindPartners:
    PICTURES = [
        (group, f"{number}")
        for group in ("tv", "bird", "car", "taxi", "cat", "car_side")
        for number in range(2 + (group == "car"))
    ]

    def partners(self, **options):
        pairs = other_kind_partners(self.PICTURES, **options)
        assert not any(pair.positive for pair in pairs)
        return {pair.record_a: pair.record_b for pair in pairs}

    def test_by_hand(self):
        # By name: bird, car, car_side, cat, taxi, tv.
        partners = self.partners()
        assert set(partners) == set(self.PICTURES)
        first = {a[0]: b[0] for a, b in partners.items() if a[1] == "0"}
        assert first == {
            "bird": "cat",
            "car": "tv",  # not the taxi
            "car_side": "tv",
            "cat": "bird",
            "taxi": "cat",  # neither car nor car_side
            "tv": "car_side",
        }
        assert partners["car", "2"] == ("tv", "0")
        assert partners["car", "1"] == ("tv", "1")

    @pytest.mark.parametrize(
        "shift, of_birds",
        [(0, "car"), (1, "car"), (3, "cat"), (6, "car"), (20, "car_side")],
    )
    def test_shift(self, shift, of_birds):
        partners = self.partners(shift=shift)
        assert set(partners) == set(self.PICTURES)
        assert partners["bird", "0"] == (of_birds, "0")
        for a, b in partners.items():
            assert kinds(a[0]).isdisjoint(kinds(b[0]))

    def test_the_order_of_the_groups_does_not_matter(self):
        pairs = other_kind_partners(sorted(self.PICTURES))
        assert other_kind_partners(self.PICTURES) == pairs

    def test_one_kind_alone_has_no_partner(self):
        assert other_kind_partners([("car", "0"), ("taxi", "1")]) == []
        assert other_kind_partners([]) == []
