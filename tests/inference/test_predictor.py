"""The Predictor with a small random network, against the model called by hand."""

import itertools

import keras
import numpy as np
import pytest

from tfcoseg.applications import endpoints
from tfcoseg.inference import Predictor
from tfcoseg.pictures import resize_image, resize_soft_mask

SIZE = 64  # that of the fixture `predictor`


@pytest.fixture
def encodings(predictor, monkeypatch):
    """Counts how often the network encodes a picture."""
    calls = []
    encode = predictor.runtime.encode

    def counting(picture):
        calls.append(picture.shape)
        return encode(picture)

    monkeypatch.setattr(predictor.runtime, "encode", counting)
    return calls


def test_a_pair_is_what_the_model_says_of_the_resized_pictures(
    model, predictor, pictures
):
    a, b = pictures[:2]
    result = predictor.predict(a, b)
    batch = {
        "image_a": resize_image(a, (SIZE, SIZE))[None],
        "image_b": resize_image(b, (SIZE, SIZE))[None],
    }
    probabilities = model.predict(batch, verbose=0)
    for name, picture in [("a", a), ("b", b)]:
        expected = probabilities[f"mask_{name}"][0, ..., 0]
        soft_mask = getattr(result, f"soft_mask_{name}")
        assert soft_mask.dtype == np.float32 and soft_mask.shape == picture.shape[:2]
        resized = resize_soft_mask(expected, picture.shape[:2])
        np.testing.assert_allclose(soft_mask, resized, atol=1e-5)
    score = score_by_hand(model, batch, probabilities)
    assert result.score == pytest.approx(score, abs=1e-5) and 0 < score < 1


def score_by_hand(model, batch, probabilities):
    """The logistic function of the cosine of what both masks cover, in NumPy."""
    objects = []
    for name in "ab":
        encoded = endpoints.encode(model, batch[f"image_{name}"])
        descriptors = encoded["descriptors"].numpy()[0]
        blocks = probabilities[f"mask_{name}"][0].reshape(4, SIZE // 4, 4, SIZE // 4)
        mean = (descriptors * blocks.mean((1, 3))[..., None]).sum((0, 1))
        objects.append(mean / np.linalg.norm(mean))
    layer = model.get_layer("verification")
    slope, bias = float(layer.slope), float(layer.bias)
    return 1 / (1 + np.exp(-slope * (objects[0] @ objects[1]) - bias))


def test_masks_are_the_pixels_from_the_threshold_on(model, pictures):
    soft_mask = Predictor(model, SIZE).predict(*pictures[:2]).soft_mask_a
    threshold = float(np.median(soft_mask))
    mask = Predictor(model, SIZE, threshold).predict(*pictures[:2]).mask_a
    assert mask.dtype == np.uint8 and mask.shape == pictures[0].shape[:2]
    np.testing.assert_array_equal(mask, np.where(soft_mask >= threshold, 255, 0))
    assert set(np.unique(mask)) == {0, 255}


def test_swapping_the_pictures_swaps_the_results(predictor, pictures):
    a, b = pictures[:2]
    one, other = predictor.predict(a, b), predictor.predict(b, a)
    np.testing.assert_array_equal(one.soft_mask_a, other.soft_mask_b)
    np.testing.assert_array_equal(one.soft_mask_b, other.soft_mask_a)
    assert one.score == other.score and one.found == other.found


def test_a_group_of_two_is_the_pair(predictor, pictures):
    pair, group = predictor.predict(*pictures[:2]), predictor.predict_group(
        pictures[:2]
    )
    np.testing.assert_array_equal(group.soft_masks[0], pair.soft_mask_a)
    np.testing.assert_array_equal(group.soft_masks[1], pair.soft_mask_b)
    np.testing.assert_array_equal(group.masks[1], pair.mask_b)
    assert group.scores == [pair.score, pair.score]


def test_the_partner_matters(predictor, pictures):
    """So that the laws above and below are not about constants."""
    a, b, c = pictures
    beside_b, beside_c = predictor.predict(a, b), predictor.predict(a, c)
    difference = np.abs(beside_b.soft_mask_a - beside_c.soft_mask_a).max()
    assert difference > 0.1


def test_the_order_of_a_group_does_not_matter(predictor, pictures):
    expected = predictor.predict_group(pictures)
    for order in itertools.permutations(range(3)):
        group = predictor.predict_group([pictures[index] for index in order])
        for position, index in enumerate(order):
            np.testing.assert_allclose(
                group.soft_masks[position], expected.soft_masks[index], atol=1e-5
            )
            assert group.scores[position] == pytest.approx(expected.scores[index], 1e-4)


def test_a_group_compares_each_with_all_others(predictor, pictures):
    """By hand: the mean kernel, and the descriptors of both others."""
    encoded = [predictor.encode(picture).tensors for picture in pictures]
    others = encoded[0], encoded[2]
    partner = {
        "kernel": np.mean([other["kernel"] for other in others], axis=0),
        "partners": np.stack(
            [np.reshape(other["descriptors"], (1, 16, -1)) for other in others], 1
        ),
        "partner_weights": np.ones((1, 2, 16), np.float32),
    }
    runtime = predictor.runtime
    correlated = runtime.correlate(encoded[1], partner)
    soft_mask, _ = runtime.decode(correlated, encoded[1], (SIZE, SIZE))
    find = predictor.find([predictor.encode(p) for p in pictures], rounds=1)[1]
    np.testing.assert_allclose(find.soft_mask, soft_mask, atol=1e-5)


def test_the_second_round_sees_what_the_first_has_found(predictor, pictures):
    encoded = [predictor.encode(picture) for picture in pictures[:2]]
    first = predictor.find(encoded, rounds=1)
    second = predictor.find(encoded, rounds=2)
    given = [find.soft_mask for find in first]
    again = predictor.find(encoded, rounds=1, references=given)
    for one, other, before in zip(second, again, first):
        np.testing.assert_allclose(one.soft_mask, other.soft_mask, atol=1e-5)
        assert np.abs(one.soft_mask - before.soft_mask).max() > 1e-3


def test_every_picture_is_encoded_once(predictor, pictures, encodings):
    predictor.predict(*pictures[:2])
    assert encodings == 2 * [(SIZE, SIZE, 3)]
    predictor.predict_group(pictures * 2)
    assert len(encodings) == 2 + 6


def test_what_is_encoded_already_is_not_encoded_again(predictor, pictures, encodings):
    a, b = (predictor.encode(picture) for picture in pictures[:2])
    result = predictor.predict(a, b)
    predictor.predict_group([a, b, b])
    predictor.explain(a, b)
    assert len(encodings) == 2
    expected = predictor.predict(*pictures[:2])
    np.testing.assert_array_equal(result.soft_mask_b, expected.soft_mask_b)


def test_explain_gives_a_map_of_each_level_for_each_picture(predictor, pictures):
    explanation = predictor.explain(*pictures[:2])
    sides = [(explanation.levels_a, (50, 70)), (explanation.levels_b, (120, 33))]
    for levels, size in sides:
        assert list(levels) == [11, 15, 19]
        for level in levels.values():
            assert level.shape == size and level.dtype == np.float32
            assert np.isfinite(level).all()
        assert np.abs(levels[11] - levels[19]).max() > 0


def test_a_level_is_the_correlation_with_that_kernel_averaged(predictor, pictures):
    """Against a loop over the positions, on a map of 4 x 4."""
    a, b = (predictor.encode(picture) for picture in (pictures[2], pictures[0]))
    embedding = a.tensors["embedding"].numpy()[0]
    level, *_ = predictor.runtime.levels(a.tensors, b.tensors).values()
    kernel = keras.ops.image.resize(b.tensors["embedding"], (11, 11)).numpy()[0]
    kernel /= np.sqrt((kernel**2).sum(axis=(0, 1)))
    padded = np.pad(embedding, [(5, 5), (5, 5), (0, 0)])
    expected = [
        [
            (padded[y : y + 11, x : x + 11] * kernel).sum(axis=(0, 1)).mean()
            for x in range(4)
        ]
        for y in range(4)
    ]
    np.testing.assert_allclose(level, expected, atol=1e-5)


def test_a_graph_is_traced_once_per_working_size(model, pictures):
    predictor = Predictor(model, working_size=32)
    runtime = predictor.runtime
    graphs = [runtime._encode, runtime._decode, runtime._refer, runtime._correlate]
    counts = []
    for size in (32, 32, 48, 32):
        predictor.working_size = size
        for partner in pictures[1:]:
            predictor.predict(pictures[0], partner)
        counts.append([graph.experimental_get_tracing_count() for graph in graphs])
    assert counts == [[1] * 4, [1] * 4, [2] * 4, [2] * 4]
    for count in (3, 4, 5):
        predictor.predict_group((pictures * 2)[:count])
    for picture in pictures:
        mask = np.eye(*picture.shape[:2])
        predictor.predict(picture, pictures[0], mask_a=mask)
    later = [graph.experimental_get_tracing_count() for graph in graphs]
    assert later[:2] == [2, 2] and max(later) <= 4


def test_training_the_model_further_changes_the_answers(model, pictures):
    predictor = Predictor(model, working_size=32)
    before = predictor.predict(*pictures[:2]).soft_mask_a
    layer = model.get_layer("mask_decoder")
    weights = layer.get_weights()
    layer.set_weights([weight / 2 for weight in weights])
    after = predictor.predict(*pictures[:2]).soft_mask_a
    layer.set_weights(weights)
    assert np.abs(after - before).max() > 0.1
