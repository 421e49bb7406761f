from pathlib import Path

import pytest

from tfcoseg.data.folder import Record
from tfcoseg.evaluate.benchmarks import find_benchmark
from tfcoseg.evaluate.protocol import Protocol, plan
from tfcoseg.evaluate.protocols import (
    AVERAGES,
    ORIGINAL,
    PROTOCOLS,
    averages_in_words,
    size_in_words,
)
from tfcoseg.signature import WORKING_SIZE


def planned(name, sizes, **options):
    """Who is judged with whose help, in groups of these sizes: {"a0": "a1"}."""
    records = [
        Record(group, f"{group}{index}", Path("x"), Path("x"))
        for group, size in sizes.items()
        for index in range(size)
    ]
    comparisons = plan(records, PROTOCOLS[name].protocol(**options))
    return [
        (c.record.name, " ".join(partner.name for partner in c.partners))
        for c in comparisons
    ]


def test_ours_is_what_an_evaluation_does_unasked():
    ours = PROTOCOLS["ours"]
    assert ours.protocol() == Protocol()
    assert ours.working_size == WORKING_SIZE and ours.metric_size == ORIGINAL
    assert ours.averages == AVERAGES and not ours.not_published()
    assert planned("ours", {"a": 3}) == [("a0", "a1"), ("a1", "a2"), ("a2", "a0")]


def test_saa_judges_both_masks_of_all_pairs_of_a_group():
    assert planned("saa", {"a": 3, "b": 2}) == [
        ("a0", "a1"),
        ("a0", "a2"),
        ("a1", "a0"),
        ("a1", "a2"),
        ("a2", "a0"),
        ("a2", "a1"),
        ("b0", "b1"),
        ("b1", "b0"),
    ]


def test_gong_judges_both_masks_of_disjoint_pairs():
    assert planned("gong", {"a": 5, "b": 2}) == [
        ("a0", "a1"),
        ("a1", "a0"),
        ("a2", "a3"),
        ("a3", "a2"),
        ("b0", "b1"),
        ("b1", "b0"),
    ]


def test_ssnm_takes_five_at_a_time():
    assert planned("ssnm", {"a": 6, "b": 3}) == [
        ("a0", "a1 a2 a3 a4"),
        ("a1", "a0 a2 a3 a4"),
        ("a2", "a0 a1 a3 a4"),
        ("a3", "a0 a1 a2 a4"),
        ("a4", "a0 a1 a2 a3"),
        ("a5", "a1 a2 a3 a4"),
        ("b0", "b1 b2"),
        ("b1", "b0 b2"),
        ("b2", "b0 b1"),
    ]


def test_mcanet_takes_the_whole_group():
    assert planned("mcanet", {"a": 4, "b": 2}) == [
        ("a0", "a1 a2 a3"),
        ("a1", "a0 a2 a3"),
        ("a2", "a0 a1 a3"),
        ("a3", "a0 a1 a2"),
        ("b0", "b1"),
        ("b1", "b0"),
    ]


@pytest.mark.parametrize(
    "name, size, metric_size, averages",
    [
        ("saa", 512, 512, ("pooled",)),
        ("gong", None, ORIGINAL, None),
        ("ssnm", 224, 224, ("images",)),
        ("mcanet", 321, 321, ("groups",)),
    ],
)
def test_sizes_and_averages(name, size, metric_size, averages):
    declaration = PROTOCOLS[name]
    assert (declaration.working_size, declaration.averages) == (size, averages)
    assert declaration.metric_size == metric_size and declaration.threshold == 0.5
    square = None if metric_size == ORIGINAL else metric_size
    assert declaration.protocol().metric_size == square
    assert declaration.source


def test_what_is_not_published_is_told_and_done_as_ours_is():
    gong = PROTOCOLS["gong"]
    assert gong.not_published() == ["working size", "average"]
    assert not PROTOCOLS["saa"].not_published()


def test_pairs_that_are_asked_for_have_their_way_and_are_told():
    saa = PROTOCOLS["saa"]
    assert planned("saa", {"a": 3}, pairs="consecutive") == planned("ours", {"a": 3})
    assert saa.overridden(saa.protocol(), 512, 0.5) == []
    asked = saa.protocol(pairs="group", limit=3)
    assert asked.limit == 3 and asked.metric_size == 512
    assert saa.overridden(asked, 321, 0.4) == [
        "pairs (all pairs)",
        "working size (512)",
        "threshold (0.5)",
    ]
    assert PROTOCOLS["gong"].overridden(Protocol(pairs="disjoint"), 97, 0.5) == []


def test_unseen_judges_a_fold_by_kind_of_which_it_needs_the_number():
    unseen = PROTOCOLS["unseen"]
    assert unseen.protocol(fold=2) == Protocol(folds=3, fold=2, fold_by="kind")
    with pytest.raises(ValueError, match="A fold needs all three"):
        unseen.protocol()
    asked = unseen.protocol(folds=4, fold=3)
    assert asked == Protocol(folds=4, fold=3, fold_by="kind")
    assert unseen.overridden(asked, WORKING_SIZE, 0.5) == ["folds (3 by kind)"]
    assert not unseen.not_published()


def test_a_protocol_knows_which_part_of_a_benchmark_it_judges():
    assert PROTOCOLS["mcanet"].test_set("msrc_coseg") == "msrc_coseg/groups7"
    for kept in ("msrc_coseg/groups14", "icoseg"):
        assert PROTOCOLS["mcanet"].test_set(kept) == kept
    assert PROTOCOLS["saa"].test_set("msrc_coseg") == "msrc_coseg"


def test_another_part_than_the_protocol_judges_is_told():
    mcanet = PROTOCOLS["mcanet"]

    def told(benchmark, **options):
        benchmark = benchmark and find_benchmark(benchmark)
        protocol = mcanet.protocol(**options)
        return mcanet.overridden(protocol, 321, 0.5, benchmark)

    seven = find_benchmark("msrc_coseg/groups7").groups
    assert told("msrc_coseg/groups7") == told("icoseg") == []
    assert told("msrc_coseg/groups7", groups=list(seven[::-1])) == []
    assert told("msrc_coseg/groups7", groups=["car"]) == ["groups (groups7)"]
    for other in ("msrc_coseg/groups14", "msrc_coseg"):
        assert told(other) == told(other, groups=["car"]) == ["groups (groups7)"]
    assert told(None) == ["groups (with --dataset msrc_coseg: groups7)"]


def test_words():
    assert size_in_words(512) == "512 x 512"
    assert size_in_words(ORIGINAL) == "original size"
    assert averages_in_words(AVERAGES) == "over images, over groups, pooled"
