"""Pairs drawn at random, balanced over kinds of object."""

import shutil
from collections import Counter

import pytest

from tfcoseg.data.folder import read_folder
from tfcoseg.data.joint import joint_groups
from tfcoseg.data.kinds import kinds
from tfcoseg.data.pairing import sample_pairs

SIZES = {"aeroplane": 3, "airplane": 5, "car": 4, "cow": 2, "taxi": 2, "jeep": 2}


@pytest.fixture
def records(folder):
    return read_folder(folder(SIZES))


def draw(records, count=120, negative_share=0, **options):
    return sample_pairs(records, count, negative_share, by_kind=True, **options)


def kind_of(record):
    return "+".join(sorted(kinds(record.group)))


def test_a_round_visits_each_kind_once(records):
    pairs = draw(records)
    for i in range(0, 120, 3):
        round_ = [kind_of(pair.record_a) for pair in pairs[i : i + 3]]
        assert sorted(round_) == ["aeroplane", "car", "cow"]
    orders = {
        tuple(kind_of(p.record_a) for p in pairs[i : i + 3]) for i in (0, 3, 6, 9)
    }
    assert len(orders) > 1


def test_inside_a_kind_groups_and_then_pictures_take_turns(records):
    cars = [p.record_a for p in draw(records) if kind_of(p.record_a) == "car"]
    groups = [record.group for record in cars]
    assert groups[:3] == groups[3:6] == groups[6:9] and len(set(groups[:3])) == 3
    pictures = [record.name for record in cars if record.group == "car"]
    assert all(len(set(pictures[i : i + 4])) == 4 for i in (0, 4, 8))


def test_partners_come_from_other_groups_of_the_kind(records):
    pairs = draw(records, 900)
    across = Counter()
    for pair in pairs:
        assert pair.positive and pair.record_a != pair.record_b
        assert kind_of(pair.record_a) == kind_of(pair.record_b)
        across[kind_of(pair.record_a)] += pair.record_a.group != pair.record_b.group
    # 30 % of 300 each, give or take 8; cows have no other group.
    assert 60 < across["car"] < 120 and 60 < across["aeroplane"] < 120
    assert across["cow"] == 0
    joined = {frozenset(r.group for r in p.records) for p in pairs}
    assert {frozenset({"car", "jeep"}), frozenset({"jeep", "taxi"})} <= joined


@pytest.mark.parametrize("share, expected", [(0, False), (1, True)])
def test_no_partner_or_every_one_from_another_group(records, share, expected):
    for pair in draw(records, across_sets=share):
        if kind_of(pair.record_a) != "cow":
            assert (pair.record_a.group != pair.record_b.group) == expected


@pytest.mark.parametrize("start", [1, 50])
def test_resuming_gives_the_rest(records, start):
    options = {"negative_share": 0.3, "full_weight": 3, "exclusions": "known"}
    whole = draw(records, 80, **options)
    assert draw(records, 80 - start, start=start, **options) == whole[start:]
    assert draw(records, 80, seed=1, **options) != whole


def test_negative_pairs_are_balanced_over_kinds_too(records):
    pairs = draw(records, 10 * (8 + 8 + 2), negative_share=1)
    counts = Counter(kind_of(pair.record_a) for pair in pairs)
    # A kind of fewer than eight pictures comes less often.
    assert counts == {"aeroplane": 80, "car": 80, "cow": 20}
    for pair in pairs:
        assert kind_of(pair.record_a) != kind_of(pair.record_b)


def test_small_kinds_come_less_often_where_asked(records):
    pairs = draw(records, 3 * (4 + 4 + 2), full_weight=4)
    counts = Counter(kind_of(pair.record_a) for pair in pairs)
    assert counts == {"aeroplane": 12, "car": 12, "cow": 6}


def test_joint_groups_are_a_family_of_their_own(folder):
    root = folder({"cat": 3, "dog": 3})
    for number in range(2):
        name = f"0{number}.png"
        shutil.copy(root / "images/cat" / name, root / "images/dog" / name)
    records = read_folder(root)
    pairs = draw(records + joint_groups(records), 30)
    counts = Counter(pair.record_a.group for pair in pairs)
    assert counts == {"cat": 10, "dog": 10, "cat+dog": 10}
    assert all(p.record_a.group == p.record_b.group for p in pairs)


def test_plain_names_do_as_well(records):
    plain = [(record.group, record.name) for record in records]
    for pair, other in zip(draw(records), draw(plain), strict=True):
        assert [(r.group, r.name) for r in pair.records] == list(other.records)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_share_out_of_range(records, share):
    with pytest.raises(ValueError, match="`across_sets` must be in 0..1. Received"):
        draw(records, across_sets=share)
