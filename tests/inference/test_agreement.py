"""How likely each picture shows what the others show: laws of plain matrices."""

import numpy as np
import pytest

from tfcoseg.inference import Encoded
from tfcoseg.inference.agreement import agreement, distinct


def symmetric(seed, count):
    """Random probabilities, the same from either side; each is sure of itself."""
    upper = np.triu(np.random.default_rng(seed).random((count, count)), 1)
    return upper + upper.T + np.eye(count)


@pytest.mark.parametrize("score", [0.0, 0.3, 1.0])
def test_of_a_pair_it_is_the_score(score):
    scores = np.array([[1.0, score], [score, 1.0]])
    assert agreement(scores).tolist() == [score, score]


@pytest.mark.parametrize("count", [3, 4, 5, 8, 9])
def test_against_a_loop(count):
    scores = symmetric(count, count)
    expected = []
    for own in range(count):
        others = sorted(
            (scores[own, i] for i in range(count) if i != own), reverse=True
        )
        expected.append(np.mean(others[: max(1, len(others) // 2)]))
    np.testing.assert_allclose(agreement(scores), expected)


def test_the_order_does_not_matter():
    scores = symmetric(0, 7)
    order = np.random.default_rng(1).permutation(7)
    permuted = scores[np.ix_(order, order)]
    np.testing.assert_allclose(agreement(permuted), agreement(scores)[order])


def test_what_a_picture_thinks_of_itself_does_not_matter():
    scores = symmetric(0, 5)
    np.testing.assert_array_equal(agreement(scores - np.eye(5)), agreement(scores))


@pytest.mark.parametrize("members, others", [(2, 1), (2, 2), (3, 2), (4, 4), (5, 5)])
def test_half_of_a_group_may_show_something_else(members, others):
    """Each of them something of its own; members still agree with one another."""
    count = members + others
    scores = np.full((count, count), 0.05)
    scores[:members, :members] = 0.9
    found = agreement(scores)
    assert found[:members].min() == pytest.approx(0.9)
    assert found[members:].max() == pytest.approx(0.05)


def test_of_one_picture_it_is_the_score_with_itself():
    assert agreement(np.array([[0.8]])).tolist() == [0.8]


def encoded(*values):
    return [
        Encoded({"kernel": np.full((1, 2, 2, 3), value, np.float32)}, (4, 4))
        for value in values
    ]


@pytest.mark.parametrize(
    "values, first, of_each",
    [
        ([1, 2, 3], [0, 1, 2], [0, 1, 2]),
        ([5, 5], [0], [0, 0]),
        ([1, 2, 1, 3, 2], [0, 1, 3], [0, 1, 0, 2, 1]),
    ],
)
def test_copies_are_known_by_their_kernels(values, first, of_each):
    assert distinct(encoded(*values)) == (first, of_each)
