import numpy as np
import pytest
from PIL import Image

from tfcoseg.evaluate import Protocol, averages, evaluate_folder

ALL_CONTROLS = {"wrong_partner": True, "empty_pairs": True, "no_correlation": True}


@pytest.mark.parametrize("pairs, decodes", [("consecutive", 12), ("all", 36)])
def test_each_picture_is_encoded_once(folder, predictor, pairs, decodes):
    protocol = Protocol(pairs=pairs, **ALL_CONTROLS)
    evaluate_folder(predictor, folder, protocol)
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
    with pytest.raises(ValueError, match="at least one group of two readable pictures"):
        evaluate_folder(predictor, folder)
