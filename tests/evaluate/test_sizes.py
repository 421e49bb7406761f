import pytest

from tfcoseg.evaluate import Protocol, averages, evaluate_folder
from tfcoseg.evaluate.cache import open_cache
from tfcoseg.evaluate.sizes import SIZES, evaluate_sizes


@pytest.fixture
def predictor_at(predictor):
    """Gives the predictor of a size: below 64 it finds nothing."""
    made = []

    def make(size):
        other = type(predictor)()
        other.working_size = size
        other.threshold = 0.5 if size >= 64 else 0.75
        made.append(other)
        return other

    make.made = made
    return make


@pytest.fixture
def evaluation(folder, predictor):
    protocol = Protocol(wrong_partner=True, no_correlation=True)
    return evaluate_folder(predictor, folder, protocol, extremes=0)


def test_sizes_are_judged_without_controls_and_come_in_order(evaluation, predictor_at):
    rows = evaluate_sizes(evaluation, [97, 33, 97], predictor_at)
    assert [row["working_size"] for row in rows] == [33, 97]
    assert [row["masks"] for row in rows] == [12, 12]
    assert [row["J"]["images"] for row in rows] == [0.0, 100.0]
    assert rows[1]["P"] == dict.fromkeys(("images", "groups", "pooled"), 100.0)
    assert [len(predictor.searches) for predictor in predictor_at.made] == [12, 12]


def test_its_own_size_is_not_judged_again(evaluation, predictor_at):
    rows = evaluate_sizes(evaluation, [64], predictor_at)
    assert not predictor_at.made
    expected = averages(evaluation.by_group())["J"]["groups"]
    assert rows[0]["J"]["groups"] == pytest.approx(100 * expected)


def test_what_was_judged_at_a_size_is_cached(evaluation, predictor_at, tmp_path):
    def cache_of(predictor):
        return open_cache(tmp_path / "cache", "a" * 64, predictor)

    first = evaluate_sizes(evaluation, [65, 97], predictor_at, cache_of)
    second = evaluate_sizes(evaluation, [65, 97, 129], predictor_at, cache_of)
    assert second[:2] == first
    assert [len(p.searches) for p in predictor_at.made] == [12, 12, 0, 0, 12]


def test_sizes_are_those_of_whole_maps():
    assert all(size % 16 == 1 for size in SIZES)
    assert (SIZES[0], SIZES[-1], len(SIZES)) == (257, 769, 7)
