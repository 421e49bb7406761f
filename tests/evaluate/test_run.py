from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from tfcoseg.applications import CoSegEfficientNetLite0
from tfcoseg.evaluate import (
    Protocol,
    averages,
    count_pixels,
    evaluate_folder,
    threshold_curve,
)
from tfcoseg.evaluate.finds import find_all
from tfcoseg.evaluate.protocol import plan
from tfcoseg.evaluate.records import read_records
from tfcoseg.inference import Predictor
from tfcoseg.pictures import read_mask, resize_soft_mask

ALL_CONTROLS = {"wrong_partner": True, "no_correlation": True}


@pytest.mark.parametrize(
    "pairs, searches",
    [
        # The wrong partners of three groups of four, and the pairs without correlation.
        ("consecutive", [2] * (12 + 12 + 12)),
        ("all", [2] * (18 + 12 + 18)),
        ("first", [2] * (9 + 9 + 9)),
        ("group", [4] * 3 + [2] * 12 + [4] * 3),
    ],
)
def test_each_picture_is_encoded_once_and_each_set_searched_once(
    folder, predictor, pairs, searches
):
    protocol = Protocol(pairs=pairs, **ALL_CONTROLS)
    evaluate_folder(predictor, folder, protocol, extremes=0)
    assert len(predictor.encoded) == 12
    assert set(predictor.encoded.values()) == {1}
    assert sorted(predictor.searches) == sorted(searches)


def test_judgements_come_in_the_order_of_the_pictures(folder, predictor):
    protocol = Protocol(pairs="all", **ALL_CONTROLS)
    judgements = evaluate_folder(predictor, folder, protocol, extremes=0).judgements
    records = read_records(folder, protocol, lambda i, **_: i).records
    assert [j.comparison for j in judgements] == plan(records, protocol)


def test_perfect_model_scores_one_and_nothing_with_a_wrong_partner(folder, predictor):
    evaluation = evaluate_folder(predictor, folder, Protocol(**ALL_CONTROLS))
    assert averages(evaluation.by_group())["J"]["images"] == 1.0
    wrong = averages(evaluation.by_group("wrong_partner"))
    assert wrong["J"]["images"] == 0.0 and wrong["predicted"]["images"] == 0.0
    assert {judgement.score for judgement in evaluation.judgements} == {0.0, 1.0}


def test_correlation_off_is_asked_of_the_engine(folder, predictor):
    evaluation = evaluate_folder(predictor, folder, Protocol(no_correlation=True))
    off = averages(evaluation.by_group("no_correlation"))["J"]["images"]
    by_hand = [side**2 / (side**2 + 20) for side in (4, 5, 6, 7)]
    assert off == pytest.approx(np.mean(by_hand))
    on, off = (
        [(j.comparison.record, j.comparison.partners) for j in evaluation.of_kind(kind)]
        for kind in ("pair", "no_correlation")
    )
    assert on == off


def test_masks_are_empty_below_the_least_score(folder, write, predictor):
    write(folder, "car", "0", (9, 9, 9), side=4)  # of another colour than the others
    protocol = Protocol(groups=["car"])
    evaluation = evaluate_folder(predictor, folder, protocol)
    assert {j.counts.predicted for j in evaluation.judgements} == {0, 36, 25}
    assert evaluation.min_score == 0.0
    curve = threshold_curve(evaluation.judgements)
    assert curve["images"][0] > 0  # at 0.05 of all pixels
    predictor.min_score = 0.5
    evaluation = evaluate_folder(predictor, folder, protocol, extremes=1)
    scores = [judgement.score for judgement in evaluation.judgements]
    assert scores == [0.0, 1.0, 1.0, 0.0] and evaluation.min_score == 0.5
    predicted = [judgement.at_thresholds[0, 0] for judgement in evaluation.judgements]
    assert predicted == [0, 600, 600, 0]
    assert not evaluation.extremes.worst[0].mask.any()


def test_the_true_mask_of_the_partner_is_given(folder, predictor):
    path = folder / "images/car/0.png"
    image = np.array(Image.open(path))
    image[0, 0] = (9, 9, 9)  # what the predictor takes for the object without a mask
    Image.fromarray(image).save(path)
    options = {"pairs": "first", "groups": ["car"]}
    evaluation = evaluate_folder(predictor, folder, Protocol(**options))
    assert [j.counts.jaccard for j in evaluation.judgements] == [0.0] * 3
    protocol = Protocol(**options, reference_masks=True)
    evaluation = evaluate_folder(predictor, folder, protocol)
    assert [j.counts.jaccard for j in evaluation.judgements] == [1.0] * 3
    assert evaluation.not_judged == 1


def test_with_reference_masks_a_pair_is_asked_both_ways(folder, predictor):
    protocol = Protocol("all", groups=["car"], reference_masks=True)
    evaluation = evaluate_folder(predictor, folder, protocol, extremes=0)
    assert len(evaluation.judgements) == len(predictor.searches) == 12
    assert set(predictor.encoded.values()) == {1}


def test_void_pixels_count_nowhere(folder, predictor):
    path = folder / "masks/car/0.png"
    mask = np.array(Image.open(path))
    mask[2, 3:7] = 128  # the first row of the square
    Image.fromarray(mask).save(path)
    protocol = Protocol(groups=["car"], void_value=128)
    evaluation = evaluate_folder(predictor, folder, protocol)
    assert evaluation.judgements[0].counts.pixels == 20 * 30 - 4
    assert evaluation.judgements[0].counts.intersection == 12


def test_progress_sees_reading_and_judging(folder, predictor):
    seen = {}

    def progress(iterable, desc, unit):
        items = list(iterable)
        seen[desc, unit] = len(items)
        return items

    evaluate_folder(predictor, folder, progress=progress)
    assert seen == {("reading", "picture"): 12, ("judging", "mask"): 12}


def test_extremes_are_the_best_and_the_worst_of_distinct_pictures(
    folder, write, predictor
):
    for index, truth_side in enumerate((8, 6, 5, 4)):
        write(folder, "car", f"{index}", (0, 0, 255), side=4, truth_side=truth_side)
    protocol = Protocol(pairs="all", groups=["car"])
    kept = evaluate_folder(predictor, folder, protocol, extremes=2).extremes
    assert [e.comparison.record.name for e in kept.best] == ["3", "2"]
    assert [e.comparison.record.name for e in kept.worst] == ["0", "1"]
    assert kept.worst[0].jaccard == pytest.approx(16 / 64)
    assert kept.worst[0].mask.sum() == 16


def test_folder_without_a_usable_group_is_an_error(folder, predictor):
    for group in ("bird", "car", "aeroplane"):
        for path in (folder / "images" / group).iterdir():
            path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ValueError) as caught:
        evaluate_folder(predictor, folder)
    message = str(caught.value)
    assert "at least one group of two readable pictures" in message
    assert "12 files or groups cannot be used:" in message
    assert message.count("truncated") == 12


@pytest.mark.parametrize(
    "choice, told",
    [
        ({"leave_out": list("0123")}, "what a list of 4 leaves"),
        (
            {"groups": ["car"], "folds": 3, "fold": 0, "fold_by": "class"},
            "fold 0 of 3 by class, the groups car",
        ),
        (
            {"groups": ["car"], "per_group": 2, "leave_out": ["0", "1", "2"]},
            "the groups car, the first 2 of each group, what a list of 3 leaves",
        ),
    ],
)
def test_a_choice_that_leaves_nothing_is_told_apart_from_bad_files(
    folder, predictor, choice, told
):
    (folder / "images/stray").mkdir()
    with pytest.raises(ValueError) as caught:
        evaluate_folder(predictor, folder, Protocol(**choice))
    message = str(caught.value)
    assert message.startswith("Expected a choice that leaves two pictures of a group")
    assert message.endswith(f"Received: {told} of {folder}")


def test_pictures_that_a_choice_leaves_alone_are_not_judged(folder, predictor):
    protocol = Protocol(leave_out=[f"car/{index}" for index in (0, 1, 2)])
    evaluation = evaluate_folder(predictor, folder, protocol)
    assert evaluation.problems == [] and evaluation.not_judged == 1


def test_whole_groups_are_found_by_the_mean_of_the_others(folder, write, predictor):
    write(folder, "car", "3", (255, 0, 0), side=7)  # of another colour than the rest
    protocol = Protocol(pairs="group", groups=["car"])
    judgements = evaluate_folder(predictor, folder, protocol).judgements
    # The mean of three equal colours is that colour, of others it is found nowhere.
    assert [j.counts.jaccard for j in judgements] == [0.0, 0.0, 0.0, 0.0]
    assert {len(j.comparison.partners) for j in judgements} == {3}
    write(folder, "car", "3", (0, 0, 255), side=7)
    judgements = evaluate_folder(predictor, folder, protocol).judgements
    assert [j.counts.jaccard for j in judgements] == [1.0] * 4


def test_masks_are_judged_at_the_metric_size(folder, predictor):
    protocol = Protocol(groups=["car"], metric_size=10)
    evaluation = evaluate_folder(predictor, folder, protocol)
    truth = read_mask(folder / "masks/car/0.png")
    square = np.where(truth == 1, np.float32(0.5), np.float32(0.49))
    predicted = resize_soft_mask(square, (10, 10)) >= 0.5
    nearest = truth[1::2, 1::3]  # every second row and third column, from the middle
    assert evaluation.judgements[0].counts == count_pixels(predicted, nearest)
    assert evaluation.judgements[0].counts.pixels == 100
    assert evaluation.extremes.best[0].mask.shape == (20, 30)


def test_median_examples_are_nearest_to_the_median(folder, write, predictor):
    for index, truth_side in enumerate((12, 10, 8, 7, 6, 5, 4)):
        write(folder, "car", f"{index}", (0, 0, 255), side=4, truth_side=truth_side)
    protocol = Protocol(groups=["car"])
    kept = evaluate_folder(predictor, folder, protocol, extremes=1).extremes
    assert [e.comparison.record.name for e in kept.median] == ["3"]
    assert kept.median[0].jaccard == pytest.approx(16 / 49)
    kept = evaluate_folder(predictor, folder, protocol, extremes=2).extremes
    assert [e.comparison.record.name for e in kept.best] == ["6", "5"]
    assert [e.comparison.record.name for e in kept.median] == ["3", "2"]
    assert [e.comparison.record.name for e in kept.worst] == ["0", "1"]


@pytest.fixture(scope="module")
def network(give_strength):
    """A small network in the manner of the embedded one, with random weights."""
    model = CoSegEfficientNetLite0(None, filters=8, decoder_filters=(8, 8, 8, 8))
    return Predictor(give_strength(model), working_size=65, min_score=0.0)


def images_of(comparison):
    return [comparison.record.image, *(p.image for p in comparison.partners)]


@pytest.mark.parametrize("pairs", ["consecutive", "group"])
def test_what_is_judged_is_what_the_predictor_finds(folder, network, pairs):
    protocol = Protocol(pairs, groups=["car"])
    records = read_records(folder, protocol, lambda i, **_: i).records
    comparisons = plan(records, protocol)
    for comparison, find in zip(comparisons, find_all(network, comparisons)):
        expected = network.predict_group(images_of(comparison))
        soft_mask = find.finish(0.5)[1]
        np.testing.assert_allclose(soft_mask, expected.soft_masks[0], atol=1e-5)
        assert find.score == pytest.approx(expected.scores[0], abs=1e-5)


def test_reference_masks_are_those_that_the_predictor_takes(folder, network):
    protocol = Protocol("first", groups=["car"], reference_masks=True)
    records = read_records(folder, protocol, lambda i, **_: i).records
    comparisons = plan(records, protocol)
    without = [replace(comparison, reference=False) for comparison in comparisons]
    free = list(find_all(network, without))
    for index, find in enumerate(find_all(network, comparisons)):
        images = images_of(comparisons[index])
        mask = comparisons[index].partner.mask
        expected = network.predict(*images, mask_b=mask)
        soft_mask = find.finish(0.5)[1]
        np.testing.assert_allclose(soft_mask, expected.soft_mask_a, atol=1e-5)
        assert np.abs(find.soft_mask - free[index].soft_mask).max() > 1e-4


def test_without_correlation_the_partner_still_matters(folder, network):
    """The affinity stays on; the kernel of the partner is not used."""
    protocol = Protocol(groups=["car"], no_correlation=True)
    records = read_records(folder, protocol, lambda i, **_: i).records
    on, off = (
        [c for c in plan(records, protocol) if c.kind == kind][0]
        for kind in ("pair", "no_correlation")
    )
    other = replace(off, partners=(records[2],))
    found = [next(find_all(network, [c])).soft_mask for c in (on, off, other)]
    assert np.abs(found[0] - found[1]).max() > 1e-4
    assert np.abs(found[1] - found[2]).max() > 1e-4
