"""Negative pairs of all kinds, but for what is known to be in common."""

import os
import shutil
import time
from collections import Counter
from pathlib import Path

import pytest

from tfcoseg.data.folder import read_folder, scan_folder
from tfcoseg.data.joint import joint_groups
from tfcoseg.data.kinds import kinds
from tfcoseg.data.known import known_kinds
from tfcoseg.data.pairing import sample_pairs

DATA = os.environ.get("TFCOSEG_DATA")


@pytest.fixture
def root(folder):
    """Rooms: the cautious rule trusts none of these groups with another."""
    root = folder({"cat": 4, "dog": 3, "couch": 3, "sofa": 3})
    shutil.copy(root / "images/cat/00.png", root / "images/dog/00.png")
    shutil.copy(root / "images/cat/01.png", root / "images/sofa/01.png")
    return root


def negatives(records, count=200, **options):
    return sample_pairs(records, count, 1, exclusions="known", **options)


def test_every_picture_takes_part_and_nothing_known_is_shared(root):
    records = read_folder(root)
    known = known_kinds(records)
    with pytest.raises(ValueError, match="trusted to share no object"):
        sample_pairs(records, 4)
    pairs = negatives(records)
    for pair in pairs:
        assert not pair.positive
        assert known[pair.record_a].isdisjoint(known[pair.record_b])
    assert {pair.record_a for pair in pairs} == set(records)
    joined = {frozenset(r.group for r in pair.records) for pair in pairs}
    assert frozenset({"cat", "dog"}) in joined
    assert frozenset({"couch", "sofa"}) not in joined


def test_two_pictures_with_a_third_kind_in_common_are_not_joined(root):
    # Now dog/00 and sofa/01 are known to hold a cat each.
    pairs = [
        {f"{r.group}/{r.name}" for r in p.records} for p in negatives(read_folder(root))
    ]
    assert {"dog/00", "sofa/01"} not in pairs
    assert {"dog/00", "sofa/02"} in pairs and {"dog/01", "sofa/01"} in pairs


@pytest.mark.parametrize("start", [1, 7, 39])
def test_resuming_gives_the_rest(root, start):
    records = read_folder(root)
    whole = sample_pairs(records, 40, 0.5, exclusions="known")
    rest = sample_pairs(records, 40 - start, 0.5, start=start, exclusions="known")
    assert rest == whole[start:]


def test_joint_groups_take_part_as_both_kinds(root):
    shutil.copy(root / "images/cat/02.png", root / "images/dog/02.png")
    records = read_folder(root)
    records += joint_groups(records)
    pairs = negatives(records)
    joint = [p for p in pairs if "cat+dog" in {r.group for r in p.records}]
    others = {r.group for p in joint for r in p.records}
    assert others == {"cat+dog", "couch", "sofa"}


def test_exclude(root):
    for pair in negatives(read_folder(root), exclude=["dog", ("cat", "sofa")]):
        groups = {record.group for record in pair.records}
        assert "dog" not in groups and groups != {"cat", "sofa"}


def test_a_picture_without_a_partner_is_not_drawn(folder):
    root = folder({"cat": 2, "dog": 2})
    shutil.copy(root / "images/cat/00.png", root / "images/dog/00.png")
    names = {r.name for p in negatives(read_folder(root), 20) for r in p.records}
    assert names == {"01"}


def test_one_kind_alone_is_an_error(folder):
    with pytest.raises(ValueError, match=r"groups \['couch', 'sofa'\]"):
        negatives(read_folder(folder({"couch": 2, "sofa": 2})))


@pytest.mark.skipif(not DATA, reason="TFCOSEG_DATA does not name the real data")
def test_thousands_of_real_pictures_take_seconds():
    records = [
        record
        for name in ("pascal_coseg", "coco_subsets", "tiny_coco", "caltech101")
        if (Path(DATA) / name).is_dir()
        for record in scan_folder(Path(DATA) / name)[0]
    ]
    if not records:
        pytest.skip("TFCOSEG_DATA holds none of the sets")
    start = time.process_time()
    pairs = sample_pairs(records, 4000, 0.5, exclusions="known", by_kind=True)
    assert time.process_time() - start < 30
    known = known_kinds(records)
    met = Counter()
    for pair in pairs:
        if not pair.positive:
            assert known[pair.record_a].isdisjoint(known[pair.record_b])
            met.update(kinds(pair.record_a.group))
    # One kind is as frequent as another.
    assert len(met) > 80 and max(met.values()) - min(met.values()) <= 25
