import itertools

import numpy as np
import pytest

from tfcoseg.evaluate.score_quality import (
    auc,
    calibration_error,
    score_at_loss,
    score_quality,
)


@pytest.fixture(scope="module", params=range(3))
def scores(request):
    """Scores of right and wrong pairs with ties, and with the ends 0 and 1."""
    generator = np.random.default_rng(request.param)
    right = np.round(generator.beta(4, 2, 70), 2)
    wrong = np.round(generator.beta(2, 4, 45), 2)
    return np.append(right, [0.0, 1.0, 0.3]), np.append(wrong, [0.0, 1.0, 0.3])


def test_auc_is_that_of_all_pairs_of_pairs(scores):
    right, wrong = scores
    wins = [(r > w) + (r == w) / 2 for r, w in itertools.product(right, wrong)]
    assert auc(right, wrong) == pytest.approx(np.mean(wins))
    assert auc(wrong, right) == pytest.approx(1 - np.mean(wins))


def test_calibration_error_is_that_of_each_bin(scores):
    right, wrong = scores
    error = 0.0
    for index in range(10):
        low, high = index / 10, (index + 1) / 10 + (index == 9)
        inside = [s[(s >= low) & (s < high)] for s in (right, wrong)]
        weights = [
            len(of) / len(s) / 2 for of, s in zip(inside, scores)
        ]  # of all, half is right
        if sum(weights):
            mean = sum(of.sum() / len(s) / 2 for of, s in zip(inside, scores))
            mean /= sum(weights)
            fraction = weights[0] / sum(weights)
            error += sum(weights) * abs(mean - fraction)
    assert calibration_error(right, wrong) == pytest.approx(error)


def test_calibration_does_not_depend_on_how_many_there_are_of_each(scores):
    right, wrong = scores
    expected = calibration_error(right, wrong)
    assert calibration_error(np.tile(right, 7), wrong) == pytest.approx(expected)


def test_scores_that_are_probabilities_are_calibrated():
    generator = np.random.default_rng(0)
    probabilities = generator.random(400_000)
    right = generator.random(400_000) < probabilities
    error = calibration_error(probabilities[right], probabilities[~right])
    assert error < 0.01
    assert calibration_error([1.0, 1.0], [0.0]) == 0.0
    assert calibration_error([0.0], [1.0]) == 1.0


@pytest.mark.parametrize("loss", [0.0, 0.03, 0.1, 0.5])
def test_score_at_loss_is_the_highest_that_loses_no_more(scores, loss):
    right, _ = scores
    found = score_at_loss(right, loss)
    allowed = [s for s in right if np.mean(right < s) <= loss]
    assert found == max(allowed)


def test_a_loss_of_a_whole_number_of_pairs_is_reached():
    right = np.arange(100) / 100
    assert score_at_loss(right, 0.03) == 0.03
    assert np.mean(right < score_at_loss(right, 0.29)) == pytest.approx(0.29)


def test_all_of_it(scores):
    right, wrong = scores
    found = score_quality(right, wrong, 0.5)
    assert (found["right"], found["wrong"]) == (73, 48)
    assert found["auc"] == pytest.approx(auc(right, wrong), abs=1e-4)
    error = 100 * calibration_error(right, wrong)
    assert found["calibration_error"] == pytest.approx(error, abs=1e-4)
    assert found["at_loss"]["min_score"] == pytest.approx(score_at_loss(right))
    assert found["at_loss"]["right_lost"] <= 3.0
    for of in (found["at_loss"], found["at_min_score"]):
        least = of["min_score"]
        lost, rejected = (
            100 * sum(s < least for s in kind) / len(kind) for kind in (right, wrong)
        )
        assert of["right_lost"] == pytest.approx(lost, abs=1e-3)
        assert of["wrong_rejected"] == pytest.approx(rejected, abs=1e-3)
