import numpy as np
import pytest

from tfcoseg.evaluate.scores import Counts, averages, count_pixels, emptiness


def mask(*rows):
    return np.array(rows, dtype="uint8")


def test_counts_of_a_case_counted_by_hand():
    truth = mask([1, 1, 0, 0], [1, 0, 0, 0])
    prediction = mask([1, 0, 1, 0], [1, 0, 0, 0])
    counts = count_pixels(prediction, truth)
    assert counts == Counts(pixels=8, truth=3, predicted=3, intersection=2)
    assert counts.jaccard == pytest.approx(2 / 4)
    assert counts.accuracy == pytest.approx(6 / 8)
    assert counts.predicted_share == pytest.approx(3 / 8)


def test_prediction_of_0_and_255_is_binary():
    truth = mask([1, 0])
    assert count_pixels(truth * 255, truth) == Counts(2, 1, 1, 1)


def test_void_pixels_count_nowhere():
    truth = mask([1, 0, 255, 255])
    prediction = mask([1, 1, 1, 0])
    counts = count_pixels(prediction, truth)
    assert counts == Counts(pixels=2, truth=1, predicted=2, intersection=1)
    assert counts.jaccard == 0.5 and counts.accuracy == 0.5


def test_picture_of_void_alone_defines_nothing():
    counts = count_pixels(mask([1, 0]), mask([255, 255]))
    assert counts.jaccard is None
    assert counts.accuracy is None
    assert counts.predicted_share is None


def test_all_foreground_has_the_objects_share_as_jaccard_and_accuracy():
    truth = mask([1, 0, 0, 0])
    counts = count_pixels(np.ones_like(truth), truth)
    assert counts.jaccard == counts.accuracy == 0.25


@pytest.mark.parametrize(
    "prediction, truth, jaccard, accuracy",
    [
        ([0, 0], [0, 0], None, 1.0),
        ([1, 0], [0, 0], 0.0, 0.5),
        ([0, 0], [1, 0], 0.0, 0.5),
    ],
)
def test_empty_masks(prediction, truth, jaccard, accuracy):
    counts = count_pixels(mask(prediction), mask(truth))
    assert counts.jaccard == jaccard
    assert counts.accuracy == accuracy


def test_size_mismatch_is_an_error():
    with pytest.raises(ValueError, match=r"size of the true mask.*\(2, 1\)"):
        count_pixels(mask([0, 0]), mask([0], [0]))


def test_three_averages_that_differ():
    groups = {
        "cat": [Counts(10, 4, 4, 4), Counts(10, 4, 4, 0)],  # J 1, 0; P 1, 0.2
        "dog": [Counts(100, 50, 25, 25)],  # J 0.5; P 0.75
    }
    result = averages(groups)
    assert result["J"]["images"] == pytest.approx((1 + 0 + 0.5) / 3)
    assert result["J"]["groups"] == pytest.approx((0.5 + 0.5) / 2)
    assert result["J"]["pooled"] == pytest.approx((4 + 0 + 25) / (4 + 8 + 50))
    assert result["P"]["images"] == pytest.approx((1 + 0.2 + 0.75) / 3)
    assert result["P"]["groups"] == pytest.approx((0.6 + 0.75) / 2)
    assert result["P"]["pooled"] == pytest.approx((10 + 2 + 75) / 120)
    assert result["predicted"]["groups"] == pytest.approx((0.4 + 0.25) / 2)


def test_image_and_group_averages_differ_when_groups_differ_in_size():
    groups = {"cat": [Counts(4, 2, 2, 2)] * 3, "dog": [Counts(4, 2, 2, 0)]}
    result = averages(groups)["J"]
    assert result["images"] == pytest.approx(0.75)
    assert result["groups"] == pytest.approx(0.5)


def test_empty_truth_found_empty_is_left_out_of_jaccard_but_not_of_accuracy():
    empty = Counts(pixels=4, truth=0, predicted=0, intersection=0)
    result = averages({"cat": [empty, Counts(4, 2, 1, 1)], "dog": [empty]})
    assert result["J"] == {"images": 0.5, "groups": 0.5, "pooled": 0.5}
    assert result["P"]["images"] == pytest.approx((1 + 0.75 + 1) / 3)


def test_averages_of_nothing_are_undefined():
    assert averages({})["J"] == {"images": None, "groups": None, "pooled": None}


def test_emptiness_of_a_case_counted_by_hand():
    predicted = (0, 5, 100, 0)
    counts = [Counts(1000, 0, n, 0) for n in predicted] + [Counts(0, 0, 0, 0)]
    assert emptiness(counts) == {
        "pictures": 4,
        "predicted": pytest.approx(0.105 / 4),
        "any": 0.5,
        "over_1_percent": 0.25,
    }
    assert emptiness([])["any"] is None
