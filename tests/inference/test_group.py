"""Groups: mean kernels, anchors, outliers, and what all of it costs."""

import numpy as np
import pytest

from tfcoseg.inference import Encoded, Predictor
from tfcoseg.inference.group import find_in_group, means_of_others
from tfcoseg.inference.membership import likenesses, mean_cosines, memberships


def test_mean_kernels_leave_the_own_one_out():
    kernels = list(np.random.default_rng(0).normal(size=(4, 1, 5, 5, 2)))
    for index, mean in enumerate(means_of_others(kernels)):
        others = kernels[:index] + kernels[index + 1 :]
        np.testing.assert_allclose(mean, np.mean(others, axis=0), atol=1e-12)


def test_of_two_the_mean_kernel_is_the_other_to_the_bit():
    kernels = list(np.random.default_rng(0).normal(size=(2, 1, 5, 5, 2)))
    first, second = means_of_others(kernels)
    np.testing.assert_array_equal(first, kernels[1])
    np.testing.assert_array_equal(second, kernels[0])


class Counting:
    """An engine that counts its calls and finds in every picture what its kernel is."""

    def __init__(self):
        self.correlated = []

    def correlate(self, encoded, kernel):
        self.correlated.append(float(np.mean(kernel)))
        return kernel

    def decode(self, correlation, encoded, size):
        return np.full(size, np.mean(correlation), np.float32), 0.5


def encodings(*values, size=(30, 40)):
    return [
        Encoded({"kernel": np.full((1, 3, 3, 2), value, np.float32)}, size)
        for value in values
    ]


@pytest.mark.parametrize("count", [2, 3, 16])
def test_every_picture_is_correlated_once(count):
    engine = Counting()
    finds = find_in_group(engine, encodings(*range(count)), (8, 8), None, None)
    others = [(sum(range(count)) - own) / (count - 1) for own in range(count)]
    assert engine.correlated == pytest.approx(others)
    assert [float(find.soft_mask[0, 0]) for find in finds] == pytest.approx(others)


def test_beside_an_anchor_all_meet_its_kernel_whoever_else_is_there():
    engine = Counting()
    anchor, *others = encodings(7, 1, 5, 3)
    finds = find_in_group(engine, others, (8, 8), anchor)
    assert len(finds) == 3 and engine.correlated == [7, 7, 7]
    assert len(find_in_group(engine, others[:1], (8, 8), anchor)) == 1


def test_what_a_find_keeps_does_not_grow_with_the_pictures_pixels():
    finds = find_in_group(Counting(), encodings(1, 2, size=(3000, 4000)), (8, 8))
    assert [find.soft_mask.shape for find in finds] == [(8, 8)] * 2
    assert {find.size for find in finds} == {(3000, 4000)}


def test_mean_cosines_against_a_loop():
    vectors = list(np.random.default_rng(0).normal(size=(6, 9)))
    expected = [
        np.mean(
            [
                one @ other / np.linalg.norm(one) / np.linalg.norm(other)
                for j, other in enumerate(vectors)
                if j != i
            ]
        )
        for i, one in enumerate(vectors)
    ]
    found = mean_cosines(vectors, np.ones(6))
    np.testing.assert_allclose(found, expected, atol=1e-12)


def planted(seed, count=6, outliers=(2,)):
    """Pictures whose object, in the upper half, has the same features; or another."""
    generator = np.random.default_rng(seed)
    kinds = generator.normal(size=(2, 12)) + 1
    encoded, masks = [], []
    for index in range(count):
        features = generator.normal(size=(1, 8, 8, 12))
        features[0, :4] += 5 * kinds[int(index in outliers)]
        kernel = features.mean((0, 1, 2)) * np.ones((1, 3, 3, 12))
        encoded.append(Encoded({"features": features, "kernel": kernel}, (8, 8)))
        masks.append(np.repeat([1.0, 0.0], [4, 4])[:, None] * np.ones((8, 8)))
    return encoded, masks


@pytest.mark.parametrize("seed", range(5))
def test_an_outlier_is_the_least_likely_member(seed):
    encoded, masks = planted(seed)
    scores = [0.9] * 6
    assert np.argmin(memberships(encoded, masks, scores)) == 2
    for name in ("kernel", "object", "centred"):
        assert np.argmin(likenesses(encoded, masks, scores)[name]) == 2


def test_what_lies_outside_of_the_mask_does_not_matter_to_the_object():
    encoded, masks = planted(0)
    before = likenesses(encoded, masks, [0.9] * 6)
    for one in encoded:
        one.tensors["features"][0, 4:] = np.random.default_rng(1).normal(size=12)
    after = likenesses(encoded, masks, [0.9] * 6)
    for name in ("object", "centred"):
        np.testing.assert_allclose(after[name], before[name])


def test_members_are_the_same_in_any_order():
    encoded, masks = planted(3)
    scores = np.linspace(0.4, 0.9, 6)
    expected = memberships(encoded, masks, scores)
    order = [3, 0, 5, 1, 4, 2]
    found = memberships(
        [encoded[i] for i in order], [masks[i] for i in order], scores[order]
    )
    np.testing.assert_allclose(found, [expected[i] for i in order], atol=1e-9)


def test_copies_of_a_picture_have_one_voice():
    encoded, masks = planted(1, count=4, outliers=(3,))
    expected = memberships(encoded, masks, [0.9] * 4)
    copied = memberships([*encoded, encoded[0]], [*masks, masks[0]], [0.9] * 5)
    np.testing.assert_allclose(copied, [*expected, expected[0]], atol=1e-9)


def test_two_pictures_and_a_copy_have_no_outliers(predictor, pictures):
    a, b = pictures[:2]
    group = predictor.predict_group([a, b, a], outlier_threshold=1.0)
    assert group.outliers == [False] * 3 and group.memberships == [None] * 3
    np.testing.assert_array_equal(group.masks[0], group.masks[2])


def test_an_empty_mask_is_no_division_by_zero():
    encoded, masks = planted(0)
    masks[1] = np.zeros((8, 8))
    assert np.isfinite(memberships(encoded, masks, [0.9] * 6)).all()


def test_an_outlier_gets_an_empty_mask(predictor, pictures):
    every = predictor.predict_group(pictures, outlier_threshold=1.0)
    none = predictor.predict_group(pictures, outlier_threshold=None)
    assert every.outliers == [True] * 3 and none.outliers == [False] * 3
    assert not any(mask.any() for mask in every.masks)
    assert any(mask.any() for mask in none.masks)
    assert none.memberships == [None] * 3
    assert all(0 < membership < 1 for membership in every.memberships)
    np.testing.assert_array_equal(every.soft_masks[1], none.soft_masks[1])


def test_a_pair_has_no_outliers(predictor, pictures):
    group = predictor.predict_group(pictures[:2], outlier_threshold=1.0)
    assert group.outliers == [False] * 2 and group.memberships == [None] * 2


def test_finding_and_finishing_one_by_one_is_the_group(predictor, pictures):
    group = predictor.predict_group(pictures)
    finds = predictor.find([predictor.encode(picture) for picture in pictures])
    for index, find in enumerate(finds):
        mask, soft_mask = predictor.finish(find)
        np.testing.assert_array_equal(mask, group.masks[index])
        np.testing.assert_array_equal(soft_mask, group.soft_masks[index])
    assert [find.score for find in finds] == group.scores


def test_an_anchor_is_the_partner_of_every_other(model, pictures):
    predictor = Predictor(model, working_size=64)
    encoded = [predictor.encode(picture) for picture in pictures]
    finds = predictor.find(encoded[:2], anchor=encoded[2])
    for index in (0, 1):
        pair = predictor.predict(pictures[index], pictures[2])
        _, soft_mask = predictor.finish(finds[index])
        np.testing.assert_allclose(soft_mask, pair.soft_mask_a, atol=1e-6)
