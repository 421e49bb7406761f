import numpy as np
import pytest

from tfcoseg.evaluate import Protocol, evaluate_folder, sheet
from tfcoseg.evaluate.sheet import draw_sheet


@pytest.fixture
def captions(folder, write, predictor, monkeypatch):
    """The captions of the sheet of so many pictures, of which so many are kept."""
    seen = []
    real = sheet.contact_sheet
    monkeypatch.setattr(
        sheet, "contact_sheet", lambda rows, of: seen.append(of) or real(rows, of)
    )
    for index, truth_side in enumerate((8, 6, 5, 4)):
        write(folder, "car", f"{index}", (0, 0, 255), side=4, truth_side=truth_side)

    def draw(pictures, count, pairs="consecutive"):
        protocol = Protocol(pairs, groups=["car"], per_group=pictures)
        evaluation = evaluate_folder(predictor, folder, protocol, extremes=count)
        draw_sheet(evaluation)
        return [
            (line.split(":")[0], line.split("car/")[1].split(" ")[0])
            for line in seen.pop()
        ]

    return draw


@pytest.mark.parametrize("pairs", ["consecutive", "all"])
def test_sheet_has_the_best_and_the_worst_and_no_picture_twice(captions, pairs):
    assert captions(4, 1, pairs) == [("best 1", "3"), ("worst 1", "0")]
    assert captions(4, 2, pairs) == [
        ("best 1", "3"),
        ("best 2", "2"),
        ("worst 1", "0"),
        ("worst 2", "1"),
    ]


def test_few_pictures_are_shared_out(captions):
    assert captions(4, 6) == captions(4, 2)
    assert captions(3, 6) == [("best 1", "2"), ("best 2", "1"), ("worst 1", "0")]
    assert captions(2, 6) == [("best 1", "1"), ("worst 1", "0")]


def test_sheet_shows_the_found_and_the_true_mask(folder, write, predictor):
    write(folder, "car", "0", (0, 0, 255), side=4, truth_side=12)
    protocol = Protocol(groups=["car"], per_group=2)
    evaluation = evaluate_folder(predictor, folder, protocol, extremes=1)
    sheet = np.asarray(draw_sheet(evaluation)).astype(int)
    green = (sheet[..., 1] - sheet[..., 0] > 20).sum()
    red = (sheet[..., 0] - sheet[..., 1] > 20).sum()
    assert green > 100 and red > 20
