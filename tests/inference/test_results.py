"""When the common object counts as found, and what is left of a mask then."""

import numpy as np
import pytest

from tfcoseg.inference import Find, Predictor


@pytest.mark.parametrize(
    "pixels, score, found",
    [(10, 0.9, True), (10, 0.5, True), (10, 0.49, False), (0, 0.9, False)],
)
def test_found_means_some_mask_and_a_score_that_is_enough(pixels, score, found):
    soft_mask = np.zeros((8, 8), np.float32)
    soft_mask.flat[:pixels] = 1
    find = Find(soft_mask, score, (8, 8), min_score=0.5)
    mask, returned = find.finish(0.5)
    assert find.found is (score >= 0.5)
    assert find.found_in(mask) is found is bool(mask.any())
    np.testing.assert_array_equal(returned, soft_mask)


class Certain:
    """An engine that finds the left half of every picture, with a score of 0.7."""

    min_score = 0.6
    score = staticmethod(lambda a, b: np.full((len(a), len(b)), 0.7))

    def encode(self, picture):
        kernel = picture[None, :3, :3].astype(np.float32)
        return {"kernel": kernel, "embedding": kernel}

    def refer(self, encoded, mask):
        return {"kernel": encoded["kernel"], "partner_weights": np.ones((1, 1, 9))}

    def correlate(self, encoded, partner):
        return None

    def decode(self, correlated, encoded, size):
        mask = np.zeros(size, np.float32)
        mask[:, : size[1] // 2] = 0.8
        return mask, np.ones(4)


@pytest.mark.parametrize(
    "given, found", [(None, True), (0.7, True), (0.71, False), (0, True), (1, False)]
)
def test_below_the_least_score_masks_are_empty(given, found, pictures):
    """The weights' own if none is given; of pairs, groups and with an anchor."""
    predictor = Predictor(Certain(), 64, min_score=given)
    pair = predictor.predict(*pictures[:2])
    assert (pair.score, pair.found) == (0.7, found)
    assert pair.mask_a.any() == pair.mask_b.any() == found
    assert pair.soft_mask_a.max() == np.float32(0.8)
    group = predictor.predict_group(pictures)
    assert group.scores == pytest.approx([0.7] * 3) and group.found == [found] * 3
    assert [mask.any() for mask in group.masks] == [found] * 3
    one, other = (predictor.encode(picture) for picture in pictures[:2])
    (find,) = predictor.find([one], other)
    assert find.min_score == (0.6 if given is None else given)
    assert predictor.finish(find)[0].any() == find.found == found


def test_a_mask_that_is_empty_at_the_threshold_is_not_found(pictures):
    predictor = Predictor(Certain(), 64, threshold=0.9)
    assert not predictor.predict(*pictures[:2]).found
    assert predictor.predict_group(pictures).found == [False] * 3
