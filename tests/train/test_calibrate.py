import numpy as np
import pytest

from tfcoseg.applications import CoSegMobileNetV2
from tfcoseg.data import make_pairs, read_folder
from tfcoseg.train.calibrate import calibrate, fit_logistic


def likelihood(slope, bias, values, positive):
    logits = np.where(positive, 1, -1) * (slope * values + bias)
    weights = np.where(positive, 0.5 / positive.sum(), 0.5 / (~positive).sum())
    return -(weights * np.log1p(np.exp(-logits))).sum()


def test_no_other_slope_or_bias_is_more_likely():
    generator = np.random.default_rng(0)
    positive = generator.random(400) < 0.2
    values = generator.normal(np.where(positive, 0.6, 0.1), 0.3)
    slope, bias = fit_logistic(values, positive)
    best = likelihood(slope, bias, values, positive)
    for step in (0.05, -0.05):
        assert likelihood(slope + step, bias, values, positive) < best
        assert likelihood(slope, bias + step, values, positive) < best


def test_as_many_positive_as_negative_are_expected_whatever_their_numbers():
    generator = np.random.default_rng(1)
    positive = np.arange(1100) < 100
    values = generator.normal(np.where(positive, 0.6, 0.1), 0.2)
    slope, bias = fit_logistic(values, positive)
    scores = 1 / (1 + np.exp(-(slope * values + bias)))
    halves = scores[positive].mean() + scores[~positive].mean()
    assert halves == pytest.approx(1, abs=1e-2)


def test_without_overlap_the_slope_stays_finite():
    slope, bias = fit_logistic(np.array([0.1, 0.2, 0.8, 0.9]), np.arange(4) > 1)
    assert 1 < slope < 1e4 and -bias / slope == pytest.approx(0.5, abs=0.05)


def test_a_network_gets_the_score_below_which_three_in_a_hundred_are_lost(drawn_folder):
    network = CoSegMobileNetV2()
    records = read_folder(drawn_folder)
    pairs = make_pairs(records, "consecutive") + make_pairs(records, "other_kind")
    found = calibrate(network, pairs, 32)
    verification = network.get_layer("verification")
    for name in ("slope", "bias", "min_score"):
        assert float(getattr(verification, name)) == pytest.approx(found[name])
    assert 0 < found["min_score"] < 1
    assert (found["positive"], found["negative"]) == (12, 12)


def test_pairs_of_one_sort_cannot_calibrate(drawn_folder):
    pairs = make_pairs(read_folder(drawn_folder), "consecutive")
    with pytest.raises(ValueError, match="pairs without. Received: 12 and 0"):
        calibrate(CoSegMobileNetV2(), pairs, 32)
