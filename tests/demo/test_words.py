"""What is said of a group, and of a picture."""

from pathlib import Path

import numpy as np
import pytest

from tfcoseg.demo.finding import Found, FoundPicture
from tfcoseg.demo.words import numbers, summary, verdict
from tfcoseg.inference import Find

NOTHING, QUARTER = np.zeros((4, 4), np.uint8), np.zeros((4, 4), np.uint8)
QUARTER[:2, :2] = 255


def find(score=0.9):
    return Find(np.zeros((4, 4), np.float32), score, (4, 4), min_score=0.3)


def group(*finds):
    preview = np.zeros((4, 4, 3), np.uint8)
    pictures = [
        FoundPicture(Path(f"{name}.png"), preview, one)
        for name, one in zip("abcd", finds)
    ]
    return Found(tuple(pictures))


OUT, FAR = find(0.1), find(0.03)


@pytest.mark.parametrize(
    "finds, masks, said",
    [
        ([find()] * 2, [QUARTER] * 2, "found in both pictures."),
        ([find()] * 3, [QUARTER] * 3, "found in all 3 pictures."),
        ([find(), find()], [QUARTER, NOTHING], "found in 1 of 2 pictures."),
        (
            [find()] * 2,
            [NOTHING] * 2,
            "No pixel of any picture reaches this threshold.",
        ),
        ([FAR] * 2, [NOTHING] * 2, "No common object (probability 0.03)."),
        ([OUT, FAR], [NOTHING] * 2, "No common object (probability at most 0.10)."),
        (
            [find(), find(), OUT],
            [QUARTER, QUARTER, NOTHING],
            "found in 2 of 3 pictures. c.png does not show it (probability 0.10).",
        ),
        (
            [OUT, find(), find(), FAR],
            [NOTHING, QUARTER, QUARTER, NOTHING],
            "found in 2 of 4 pictures. a.png and d.png do not show it (probability at "
            "most 0.10).",
        ),
    ],
)
def test_a_group_in_words(finds, masks, said):
    assert summary(group(*finds), masks).endswith(said)


@pytest.mark.parametrize(
    "one, mask, start, holds",
    [
        (find(), QUARTER, "Found", "25 %"),
        (find(0.3), QUARTER, "Found", "25 %"),
        (find(), NOTHING, "No pixel", "threshold"),
        (OUT, NOTHING, "No common object", "mask is empty"),
    ],
)
def test_a_picture_in_words(one, mask, start, holds):
    text = verdict(one, mask)
    assert text.startswith(start) and holds in text


def test_the_least_share_is_not_nothing():
    mask = np.zeros((40, 40), np.uint8)
    mask[0, 0] = 255
    assert "under 1 %" in verdict(find(), mask)


def test_the_probability_is_said():
    assert numbers(find(0.876)) == "Probability 0.88"
