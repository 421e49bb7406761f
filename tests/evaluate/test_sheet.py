import numpy as np
import pytest

from tfcoseg.evaluate import Protocol, evaluate_folder
from tfcoseg.evaluate.sheet import draw_sheet


def test_sheet_has_a_row_per_extreme_and_no_picture_twice(folder, write, predictor):
    for index, truth_side in enumerate((8, 6, 5, 4)):
        write(folder, "car", f"{index}", (0, 0, 255), side=4, truth_side=truth_side)
    protocol = Protocol(groups=["car"])
    heights = []
    for count in (1, 2, 6):
        evaluation = evaluate_folder(predictor, folder, protocol, extremes=count)
        heights.append(draw_sheet(evaluation).height)
    # One best and one worst, two of each, and all four pictures as best.
    assert heights[1] == heights[2]
    assert heights[1] == pytest.approx(2 * heights[0], abs=12)


def test_sheet_shows_the_found_and_the_true_mask(folder, write, predictor):
    write(folder, "car", "0", (0, 0, 255), side=4, truth_side=12)
    protocol = Protocol(groups=["car"], per_group=2)
    evaluation = evaluate_folder(predictor, folder, protocol, extremes=1)
    sheet = np.asarray(draw_sheet(evaluation)).astype(int)
    green = (sheet[..., 1] - sheet[..., 0] > 20).sum()
    red = (sheet[..., 0] - sheet[..., 1] > 20).sum()
    assert green > 100 and red > 20
