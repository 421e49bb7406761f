import numpy as np
import pytest
from PIL import Image

from tfcoseg.evaluate import Protocol, averages, count_pixels, evaluate_folder
from tfcoseg.evaluate.judge import decode, feature_store
from tfcoseg.evaluate.protocol import plan
from tfcoseg.evaluate.records import read_records
from tfcoseg.inference import Predictor
from tfcoseg.pictures import read_mask, resize_soft_mask

ALL_CONTROLS = {"wrong_partner": True, "empty_pairs": True, "no_correlation": True}


@pytest.mark.parametrize("pairs, decodes", [("consecutive", 12), ("all", 36)])
def test_each_picture_is_encoded_once(folder, predictor, pairs, decodes):
    protocol = Protocol(pairs=pairs, **ALL_CONTROLS)
    evaluate_folder(predictor, folder, protocol, extremes=0)
    assert len(predictor.encoded) == 12
    assert set(predictor.encoded.values()) == {1}
    assert predictor.decoded == decodes + 12 + 12


def test_perfect_model_scores_one_and_nothing_beside_a_wrong_partner(folder, predictor):
    evaluation = evaluate_folder(predictor, folder, Protocol(**ALL_CONTROLS))
    assert averages(evaluation.by_group())["J"]["images"] == 1.0
    wrong = averages(evaluation.by_group("wrong_partner"))
    assert wrong["J"]["images"] == 0.0 and wrong["predicted"]["images"] == 0.0
    assert {judgement.score for judgement in evaluation.judgements} == {0.0, 1.0}


def test_correlation_off_is_asked_of_the_predictor(folder, predictor):
    evaluation = evaluate_folder(predictor, folder, Protocol(no_correlation=True))
    off = averages(evaluation.by_group("no_correlation"))["J"]["images"]
    by_hand = [side**2 / (side**2 + 20) for side in (4, 5, 6, 7)]
    assert off == pytest.approx(np.mean(by_hand))


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


def test_whole_groups_are_what_the_predictor_finds_in_a_group(folder, model):
    predictor = Predictor(model, working_size=33)
    protocol = Protocol(groups=["car"])
    records = read_records(folder, protocol, lambda i, **_: i).records
    comparisons = plan(records, Protocol(pairs="group"))
    features = feature_store(predictor, comparisons)
    found = predictor.predict_group([record.image for record in records])
    for comparison, expected in zip(comparisons, found.soft_masks, strict=True):
        soft_mask, _ = decode(predictor, features, comparison)
        np.testing.assert_allclose(soft_mask, expected, atol=1e-5)
