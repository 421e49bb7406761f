import numpy as np
import pytest

from tfcoseg.data.folder import Record
from tfcoseg.evaluate import Protocol, averages, count_pixels, evaluate_folder
from tfcoseg.evaluate.judge import Judgement
from tfcoseg.evaluate.protocol import Comparison
from tfcoseg.evaluate.thresholds import (
    THRESHOLDS,
    count_at_thresholds,
    threshold_curve,
)

GROUPS = {"cat": 3, "dog": 2}


@pytest.fixture(scope="module")
def masks():
    """Soft and true masks of two groups, values on the thresholds among them."""
    generator = np.random.default_rng(0)
    masks = {}
    for group, count in GROUPS.items():
        for index in range(count):
            soft = generator.random((11, 13)).astype(np.float32)
            soft[0] = np.float32(THRESHOLDS)[:13]
            truth = generator.choice([0, 1, 255], (11, 13), p=[0.6, 0.3, 0.1])
            masks[group, index] = soft, truth.astype(np.uint8)
    return masks


def judged(masks):
    return [
        Judgement(
            Comparison("pair", Record(group, str(index), "image", "mask"), ()),
            count_pixels(soft >= 0.5, truth),
            0.5,
            0.0,
            count_at_thresholds(soft, truth),
        )
        for (group, index), (soft, truth) in masks.items()
    ]


def test_thresholds_are_twentieths():
    assert THRESHOLDS[0] == 0.05 and THRESHOLDS[-1] == 0.95 and len(THRESHOLDS) == 19


def test_counts_at_each_threshold_are_those_of_the_mask_at_it(masks):
    for soft, truth in masks.values():
        counts = count_at_thresholds(soft, truth)
        assert counts.dtype == np.uint32
        for index, threshold in enumerate(THRESHOLDS):
            one = count_pixels(soft >= threshold, truth)
            assert counts[:, index].tolist() == [one.predicted, one.intersection]


def test_curve_is_the_average_of_masks_thresholded_one_by_one(masks):
    curve = threshold_curve(judged(masks))
    assert curve["threshold"] == list(THRESHOLDS)
    for index, threshold in enumerate(THRESHOLDS):
        groups = {}
        for (group, _), (soft, truth) in masks.items():
            groups.setdefault(group, []).append(count_pixels(soft >= threshold, truth))
        for name, value in averages(groups)["J"].items():
            assert curve[name][index] == pytest.approx(100 * value, abs=1e-4)


def test_empty_masks_are_left_out_where_j_is_not_defined():
    truth = np.zeros((4, 5), np.uint8)
    masks = {("cat", 0): (np.full((4, 5), np.float32(0.3)), truth)}
    curve = threshold_curve(judged(masks))
    assert curve["images"] == [0.0] * 6 + [None] * 13
    assert curve["groups"] == curve["pooled"] == curve["images"]
    truth = np.eye(4, 5, dtype=np.uint8)
    masks["dog", 0] = truth.astype(np.float32), truth
    assert threshold_curve(judged(masks))["images"] == [50.0] * 6 + [100.0] * 13


def test_curve_of_nothing_is_undefined():
    assert threshold_curve([])["groups"] == [None] * 19


def test_curve_meets_the_evaluation_at_its_threshold(folder, predictor):
    judgements = evaluate_folder(predictor, folder, Protocol(pairs="all")).judgements
    curve = threshold_curve(judgements)
    assert curve["images"][9] == 100.0  # at 0.5; all pixels are at 0.49 or above
    assert curve["images"][8] < 50.0 and curve["images"][10] == 0.0
