"""From files to what they have in common: which are used, and when it is given up."""

import numpy as np
import pytest

from tfcoseg.demo import Limits
from tfcoseg.demo.finding import PREVIEW_SIDE, find_common
from tfcoseg.pictures import read_image


def test_each_picture_is_encoded_once_and_all_are_compared(predictor, draw):
    paths = [draw("a.png"), draw("b.png", size=(1300, 650)), draw("c.png")]
    steps = []
    found = find_common(predictor, paths, step=lambda *step: steps.append(step))
    assert predictor.calls == ["encode"] * 3 + ["find"]
    assert [one.name for one in found.pictures] == ["a.png", "b.png", "c.png"]
    assert [one.find.size for one in found.pictures] == [
        (64, 96),
        (650, 1300),
        (64, 96),
    ]
    assert found.problems == ()
    shares, texts = zip(*steps)
    assert shares == (0, 0.25, 0.5, 0.75)
    assert "b.png" in texts[1] and "Comparing" in texts[3]


def test_what_is_kept_is_small(predictor, draw):
    paths = [draw("a.png", size=(1300, 650)), draw("b.png")]
    large, small = find_common(predictor, paths).pictures
    assert large.preview.shape == (PREVIEW_SIDE // 2, PREVIEW_SIDE, 3)
    assert np.array_equal(small.preview, read_image(paths[1]))
    kept = large.preview.nbytes + large.find.soft_mask.nbytes
    assert kept < 1.6e6  # and not the 2.5 MB of the picture


def test_a_file_that_is_no_picture_is_named_and_left_out(predictor, draw, tmp_path):
    broken = tmp_path / "secret" / "notes.jpg"
    broken.parent.mkdir()
    broken.write_bytes(b"no picture")
    large = draw("large.png", size=(1001, 1000))
    paths = [draw("a.png"), broken, large, draw("b.png")]
    found = find_common(predictor, paths, Limits(megapixels=1))
    assert [one.name for one in found.pictures] == ["a.png", "b.png"]
    first, second = found.problems
    assert "notes.jpg" in first and "secret" not in first
    assert second.startswith("large.png: Expected at most 1 megapixels")


def test_one_picture_that_can_be_used_is_too_few(predictor, draw, tmp_path):
    missing = tmp_path / "gone.png"
    with pytest.raises(ValueError, match="at least two.*Received: 1. .*gone.png"):
        find_common(predictor, [draw("a.png"), missing])
    assert "find" not in predictor.calls


def test_it_is_given_up_when_it_takes_too_long(predictor, draw):
    times = iter([0.0, 1.0, 4.0, 11.0])
    paths = [draw("a.png"), draw("b.png"), draw("c.png")]
    with pytest.raises(ValueError, match="within 10 seconds.*only 2 of 3"):
        find_common(predictor, paths, Limits(seconds=10), clock=lambda: next(times))
    assert predictor.calls == ["encode"] * 2


def test_too_many_are_refused_before_any_is_read(predictor, tmp_path):
    with pytest.raises(ValueError, match="Remove some"):
        find_common(predictor, [tmp_path / "none.png"] * 9)
    assert predictor.calls == []
