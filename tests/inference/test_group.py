"""Groups: rounds, anchors, references, and what all of it costs."""

import numpy as np
import pytest

from tfcoseg.inference import Encoded, Predictor
from tfcoseg.inference.group import find_by_anchor, find_in_group

SQUARE = (8, 8)


class Counting:
    """An engine that counts its calls and finds in every picture what its kernel is.

    Objects are the pictures' own kernels: two are alike if these are nearly equal.
    """

    min_score = 0.25

    def __init__(self):
        self.correlated, self.referred = [], []

    def refer(self, encoded, mask):
        self.referred.append((float(np.mean(encoded["kernel"])), float(mask.mean())))
        weights = np.ones((1, 1, 9), np.float32)
        return {"kernel": encoded["kernel"], "partner_weights": weights}

    def correlate(self, encoded, partner):
        self.correlated.append(float(np.mean(partner["kernel"])))
        return partner["kernel"]

    def decode(self, correlated, encoded, size):
        found = np.array([np.mean(encoded["kernel"])])
        return np.full(size, np.mean(correlated), np.float32), found

    def score(self, objects_a, objects_b):
        return np.exp(-np.abs(objects_a - objects_b.T))


def encodings(*values, size=(30, 40)):
    found = []
    for value in values:
        kernel = np.full((1, 3, 3, 2), value, np.float32)
        found.append(Encoded({"kernel": kernel, "embedding": kernel}, size))
    return found


@pytest.mark.parametrize("rounds", [1, 2, 3])
@pytest.mark.parametrize("count", [2, 3, 16])
def test_every_picture_is_correlated_once_a_round(count, rounds):
    engine = Counting()
    finds = find_in_group(engine, encodings(*range(count)), SQUARE, rounds=rounds)
    others = [(sum(range(count)) - own) / (count - 1) for own in range(count)]
    assert engine.correlated == pytest.approx(others * rounds)
    assert [float(find.soft_mask[0, 0]) for find in finds] == pytest.approx(others)
    # From the second round on, each is seen through what was found in it.
    seen = sorted(zip(range(count), others))
    for start in range(0, len(engine.referred), count):
        referred = sorted(engine.referred[start : start + count])
        np.testing.assert_allclose(referred, seen, rtol=1e-6)
    assert len(engine.referred) == (rounds - 1) * count


def test_a_known_reference_stays_in_every_round():
    engine, mask = Counting(), np.zeros(SQUARE, np.float32)
    mask[:2] = 1
    references = [None, mask, None]
    find_in_group(engine, encodings(4, 5, 9), SQUARE, references=references, rounds=3)
    of_known = [mean for value, mean in engine.referred if value == 5]
    assert of_known == [0.25] * 3
    assert len(engine.referred) == 3 + 2 * 2  # the others from the second round on


def test_a_reference_of_ones_is_none():
    engines = Counting(), Counting()
    for engine, reference in zip(engines, (None, np.ones(SQUARE))):
        references = [reference, None]
        find_in_group(engine, encodings(1, 3), SQUARE, references=references)
    assert engines[0].referred == engines[1].referred


def test_with_an_anchor_each_is_a_pair_with_it():
    engine = Counting()
    anchor, *others = encodings(7, 1, 5, 3)
    finds = find_by_anchor(engine, others, anchor, SQUARE, rounds=1)
    # Each meets the anchor's kernel, whoever else is there; and the anchor each.
    assert engine.correlated == [7, 1, 7, 5, 7, 3]
    assert [find.score for find in finds] == pytest.approx(np.exp([-6, -2, -4]))
    for one, find in zip(others, finds):
        pair = find_in_group(Counting(), [one, anchor], SQUARE, rounds=1)[0]
        np.testing.assert_array_equal(find.soft_mask, pair.soft_mask)
        assert find.score == pair.score
    assert len(find_by_anchor(engine, others[:1], anchor, SQUARE)) == 1


def test_a_known_reference_of_the_anchor_is_used():
    engine, mask = Counting(), np.zeros(SQUARE, np.float32)
    mask[0, 0] = 1
    anchor, *others = encodings(7, 1, 5)
    find_by_anchor(engine, others, anchor, SQUARE, reference=mask)
    of_anchor = [mean for value, mean in engine.referred if value == 7]
    assert of_anchor == [1 / 64] * 4  # in two rounds, with two pictures


def test_what_a_find_keeps_does_not_grow_with_the_pictures_pixels():
    finds = find_in_group(Counting(), encodings(1, 2, size=(3000, 4000)), SQUARE)
    assert [find.soft_mask.shape for find in finds] == [SQUARE] * 2
    assert {find.size for find in finds} == {(3000, 4000)}


def test_scores_are_those_of_the_agreement():
    finds = find_in_group(Counting(), encodings(1, 1.5, 1.25, 9), SQUARE)
    expected = np.exp([-0.25, -0.25, -0.25, -7.5])
    np.testing.assert_allclose([find.score for find in finds], expected)
    assert [find.found for find in finds] == [True, True, True, False]
    assert {find.min_score for find in finds} == {0.25}


def test_copies_of_a_picture_have_one_voice():
    """A second copy of the odd one out does not make it belong."""
    scores = [
        [find.score for find in find_in_group(Counting(), encodings(*values), SQUARE)]
        for values in [(1, 1.5, 9), (1, 1.5, 9, 9), (1, 1.5, 9, 9, 1)]
    ]
    assert scores[1] == pytest.approx([*scores[0], scores[0][2]])
    assert scores[2] == pytest.approx([*scores[1], scores[0][0]])


@pytest.mark.parametrize("least, found", [(None, [True, True, False]), (0, [True] * 3)])
def test_the_least_score_is_the_weights_own_if_none_is_given(least, found):
    finds = find_in_group(Counting(), encodings(1, 1.5, 9), SQUARE, least)
    assert [find.found for find in finds] == found


def test_finding_and_finishing_one_by_one_is_the_group(predictor, pictures):
    group = predictor.predict_group(pictures)
    finds = predictor.find([predictor.encode(picture) for picture in pictures])
    for index, find in enumerate(finds):
        mask, soft_mask = predictor.finish(find)
        np.testing.assert_array_equal(mask, group.masks[index])
        np.testing.assert_array_equal(soft_mask, group.soft_masks[index])
    assert [find.score for find in finds] == group.scores


def test_two_pictures_and_a_copy(predictor, pictures):
    a, b = pictures[:2]
    group, pair = predictor.predict_group([a, b, a]), predictor.predict(a, b)
    np.testing.assert_array_equal(group.masks[0], group.masks[2])
    assert group.scores[0] == group.scores[2] == group.scores[1]
    assert group.scores[0] == pytest.approx(pair.score, abs=0.2)


def test_a_score_that_is_not_enough_empties_the_mask(model, predictor, pictures):
    group = predictor.predict_group(pictures)
    strict = Predictor(model, 64, min_score=1.0).predict_group(pictures)
    assert group.found == [mask.any() for mask in group.masks] and any(group.found)
    assert max(group.scores) < 1 and strict.scores == pytest.approx(group.scores)
    assert strict.found == [False] * 3
    assert not any(mask.any() for mask in strict.masks)
    np.testing.assert_allclose(strict.soft_masks[1], group.soft_masks[1], atol=1e-5)


def test_an_anchor_is_the_partner_of_every_other(predictor, pictures):
    encoded = [predictor.encode(picture) for picture in pictures]
    finds = predictor.find(encoded[:2], anchor=encoded[2])
    for index in (0, 1):
        pair = predictor.predict(encoded[index], encoded[2])
        _, soft_mask = predictor.finish(finds[index])
        np.testing.assert_allclose(soft_mask, pair.soft_mask_a, atol=1e-6)
        assert finds[index].score == pytest.approx(pair.score, abs=1e-6)


def test_a_reference_of_the_anchor_reaches_it(predictor, pictures):
    a, b = (predictor.encode(picture) for picture in pictures[:2])
    mask = np.zeros(pictures[1].shape[:2])
    mask[:40] = 1
    (find,) = predictor.find([a], b, references=[mask])
    pair = predictor.predict(a, b, mask_b=mask)
    np.testing.assert_allclose(predictor.finish(find)[1], pair.soft_mask_a, atol=1e-6)
