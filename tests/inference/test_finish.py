"""A mask from what was found, at any threshold and size, is the predictor's own."""

from dataclasses import replace

import numpy as np
import pytest

from tfcoseg.inference import Find, Predictor


class NoRuntime:
    """An engine that is never run."""

    encode = refer = correlate = decode = score = lambda *_: pytest.fail("it was run")


@pytest.fixture
def find():
    random = np.random.default_rng(0)
    return Find(random.random((32, 32)).astype(np.float32), 0.9, (50, 70))


@pytest.mark.parametrize("threshold", [0, 0.25, 0.5, 0.731, 1])
@pytest.mark.parametrize("min_score", [0.0, 0.9, 0.91])
def test_it_is_that_of_a_predictor_with_this_threshold(find, threshold, min_score):
    find = replace(find, min_score=min_score)
    expected, _ = Predictor(NoRuntime(), threshold=threshold).finish(find)
    mask = find.finish(threshold)[0]
    assert mask.dtype == expected.dtype == np.uint8
    assert np.array_equal(mask, expected)
    assert mask.any() == (min_score <= 0.9 and threshold < 1)


def test_a_higher_threshold_never_adds(find):
    masks = [find.finish(t, (40, 40))[0] for t in np.linspace(0, 1, 11)]
    assert masks[0].all() and masks[5].any()
    for lower, higher in zip(masks, masks[1:]):
        assert not np.any(higher > lower)
