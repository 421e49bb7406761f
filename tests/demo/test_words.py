"""What is said of a group, and of a picture."""

from pathlib import Path

import numpy as np
import pytest

from tfcoseg.demo.finding import Found, FoundPicture
from tfcoseg.demo.words import numbers, summary, verdict
from tfcoseg.inference import Find

NOTHING, QUARTER = np.zeros((4, 4), np.uint8), np.zeros((4, 4), np.uint8)
QUARTER[:2, :2] = 255


def find(score=0.9, membership=None, outlier=False):
    return Find(np.zeros((4, 4), np.float32), score, (4, 4), membership, outlier)


def group(*finds):
    preview = np.zeros((4, 4, 3), np.uint8)
    pictures = [
        FoundPicture(Path(f"{name}.png"), preview, one)
        for name, one in zip("abcd", finds)
    ]
    return Found(tuple(pictures))


OUT = find(membership=0.1, outlier=True)


@pytest.mark.parametrize(
    "finds, masks, said",
    [
        ([find()] * 2, [QUARTER] * 2, "found in both pictures."),
        ([find()] * 3, [QUARTER] * 3, "found in all 3 pictures."),
        ([find(), find(0.2)], [QUARTER] * 2, "found in 1 of 2 pictures."),
        ([find()] * 2, [NOTHING] * 2, "Nothing in common was found."),
        (
            [find(), find(), OUT],
            [QUARTER, QUARTER, NOTHING],
            "found in 2 of 3 pictures. c.png shows something else than the others and "
            "is left out as an outlier.",
        ),
        (
            [OUT, find(), find(), OUT],
            [NOTHING, QUARTER, QUARTER, NOTHING],
            "a.png and d.png show something else than the others and are left out.",
        ),
    ],
)
def test_a_group_in_words(finds, masks, said):
    assert summary(group(*finds), masks).endswith(said)


@pytest.mark.parametrize(
    "one, mask, start, holds",
    [
        (find(), QUARTER, "Found", "25 %"),
        (find(0.3), QUARTER, "Unsure", "25 %"),
        (find(), NOTHING, "Nothing", "threshold"),
        (OUT, NOTHING, "Outlier", "something else"),
    ],
)
def test_a_picture_in_words(one, mask, start, holds):
    text = verdict(one, mask)
    assert text.startswith(start) and holds in text


def test_the_least_share_is_not_nothing():
    mask = np.zeros((40, 40), np.uint8)
    mask[0, 0] = 255
    assert "under 1 %" in verdict(find(), mask)


def test_the_membership_is_said_where_it_was_asked():
    assert numbers(find(0.876)) == "Score 0.88"
    assert numbers(find(0.5, 0.25)) == "Score 0.50, membership 0.25"
