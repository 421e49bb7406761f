import json

import numpy as np
import pytest

from tfcoseg.evaluate import Protocol, evaluate_folder
from tfcoseg.evaluate.boundary import boundary_f
from tfcoseg.evaluate.summary import summarise
from tfcoseg.evaluate.table import format_table


@pytest.fixture
def summary(folder, write, predictor):
    write(folder, "car", "0", (0, 0, 255), side=4, truth_side=8)  # J 25
    write(
        folder, "bird", "3", (0, 255, 0), side=0, truth_side=0
    )  # nothing, found empty
    protocol = Protocol(wrong_partner=True, no_correlation=True)
    return summarise(evaluate_folder(predictor, folder, protocol))


def test_overall_by_three_averages(summary):
    # bird/2 is judged beside the empty bird/3, whose colour is grey.
    bird = [100, 100, 100 * 0 / 600]
    jaccard = [100] * 4 + bird + [25, 100, 100, 100]
    overall = summary["overall"]["J"]
    assert overall["images"] == pytest.approx(sum(jaccard) / 11, abs=1e-3)
    assert overall["groups"] == pytest.approx((100 + 200 / 3 + 325 / 4) / 3, abs=1e-3)
    squares = [16, 25, 36, 49]
    intersection = 3 * sum(squares) - 36 - 49
    union = intersection + 600 + 48
    assert overall["pooled"] == pytest.approx(100 * intersection / union, abs=1e-3)


def test_groups(summary):
    car = summary["groups"]["car"]
    assert car["masks"] == 4
    assert car["J"] == pytest.approx(325 / 4)
    assert car["J_pooled"] == pytest.approx(100 * 126 / (126 + 48), abs=1e-3)
    assert car["P"] == pytest.approx((300 + 100 * 552 / 600) / 4)
    assert car["predicted"] == pytest.approx(100 * 126 / 2400)


def test_how_many_masks_j_is_averaged_over(summary):
    overall = summary["overall"]
    assert (overall["masks"], overall["J_masks"]) == (12, 11)
    bird, car = (summary["groups"][name] for name in ("bird", "car"))
    assert (bird["masks"], bird["J_masks"]) == (4, 3)
    assert (car["masks"], car["J_masks"]) == (4, 4)
    lines = " ".join(format_table(summary).split())
    assert "averaged over: all groups, 11 of 12; " in lines
    assert "; bird, 3 of 4." in lines and "car, " not in lines


def test_nothing_is_told_where_j_is_averaged_over_all_masks(folder, predictor):
    text = format_table(summarise(evaluate_folder(predictor, folder)))
    assert "averaged" not in text


def test_empty_truth_found_empty_is_in_the_empty_table_alone(summary):
    assert summary["groups"]["bird"]["masks"] == 4
    assert summary["empty"]["true_mask_empty"] == {
        "pictures": 1,
        "predicted": 0.0,
        "any": 0.0,
        "over_1_percent": 0.0,
    }


def test_false_positives_with_a_wrong_partner(summary):
    empty = summary["empty"]["nothing_in_common"]
    # With the grey bird/3 all background is found.
    wrong = [m for m in summary["masks"] if m["kind"] == "wrong_partner"]
    found = [mask for mask in wrong if mask["predicted"] > 0]
    assert [mask["partner"] for mask in found] == ["bird/3"]
    assert empty["pictures"] == len(wrong) == 12
    assert empty["any"] == empty["over_1_percent"] == pytest.approx(100 / 12, abs=1e-3)
    assert empty["predicted"] == pytest.approx(found[0]["predicted"] / 12, abs=1e-3)
    assert summary["controls"]["wrong_partner"]["overall"]["J"]["images"] == 0.0


def test_how_often_nothing_is_found(summary):
    wrong = summary["controls"]["wrong_partner"]
    assert wrong["overall"]["empty_masks"] == pytest.approx(100 * 11 / 12, abs=1e-3)
    assert wrong["groups"]["aeroplane"]["empty_masks"] == 75.0
    # The empty bird/3, and bird/2, whose partner it is, but which has no grey object.
    assert summary["groups"]["car"]["empty_masks"] == 0.0
    assert summary["groups"]["bird"]["empty_masks"] == 25.0


def test_controls_are_there_only_if_wanted(folder, predictor):
    summary = summarise(evaluate_folder(predictor, folder, Protocol()))
    assert summary["controls"] == summary["empty"] == {}
    assert summary["scores"] is None
    summary = summarise(
        evaluate_folder(predictor, folder, Protocol(wrong_partner=True))
    )
    assert list(summary["controls"]) == ["wrong_partner"]
    assert list(summary["empty"]) == ["nothing_in_common"]


def test_scores_of_right_and_wrong_pairs(folder, write, predictor):
    write(folder, "car", "0", (9, 9, 9), side=4)  # like none of its group
    predictor.min_score = 0.25
    protocol = Protocol(wrong_partner=True)
    scores = summarise(evaluate_folder(predictor, folder, protocol))["scores"]
    # car/0 and car/3, whose partner it is, find nothing.
    assert scores["right"] == scores["wrong"] == 12
    assert scores["auc"] == pytest.approx(1 - 1 / 12, abs=1e-4)
    assert scores["at_min_score"] == {
        "min_score": 0.25,
        "right_lost": pytest.approx(100 / 6, abs=1e-3),
        "wrong_rejected": 100.0,
    }
    protocol = Protocol("group", wrong_partner=True)
    assert summarise(evaluate_folder(predictor, folder, protocol))["scores"] is None


def test_contours_over_images_and_groups(folder, write, predictor):
    write(folder, "car", "0", (0, 0, 255), side=4, truth_side=12)
    protocol = Protocol(boundary=True, wrong_partner=True)
    summary = summarise(evaluate_folder(predictor, folder, protocol))
    image = np.zeros((20, 30), "uint8")
    found, truth = image.copy(), image.copy()
    found[2:6, 3:7] = truth[2:14, 3:15] = 1
    lowest = 100 * boundary_f(found, truth)
    assert 0 < lowest < 100
    # Of the other masks all are perfect.
    assert summary["overall"]["F"]["images"] == pytest.approx(
        (11 * 100 + lowest) / 12, abs=1e-3
    )
    assert summary["groups"]["car"]["F"] == pytest.approx((300 + lowest) / 4, abs=1e-3)
    assert summary["controls"]["wrong_partner"]["overall"]["F"]["groups"] == 0.0
    lines = " ".join(format_table(summary).split())
    assert "over groups; wrong partner 0.0 over images, 0.0 over groups." in lines
    assert "F" not in summarise(evaluate_folder(predictor, folder))["overall"]


def test_summary_is_fit_for_json_and_states_the_protocol(summary):
    protocol = json.loads(json.dumps(summary, allow_nan=False))["protocol"]
    assert protocol["pairs"] == "consecutive"
    assert protocol["working_size"] == 64 and protocol["threshold"] == 0.5
    assert protocol["min_score"] == 0.0 and protocol["reference_masks"] is False
    assert len(summary["masks"]) == 36
    assert summary["pictures"] == 12
