"""Stage by stage, in one round or two, it is the model."""

import numpy as np
import pytest
import tensorflow as tf

from tfcoseg.applications import endpoints
from tfcoseg.ops import mean_kernel_of_others

SIZES = {"a": (64, 80), "b": (49, 70)}


def as_partner(encoded, referred=None):
    """What an image is to its partner, from its stages."""
    batch, height, width, channels = encoded["descriptors"].shape
    flat = tf.reshape(encoded["descriptors"], (batch, 1, height * width, channels))
    weights = tf.ones((batch, 1, height * width))
    without = {"kernel": encoded["kernel"], "partner_weights": weights}
    return {"partners": flat, **(referred or without)}


def by_stages(model, pair, rounds):
    """The masks of both images, before verification."""
    encoded = {side: endpoints.encode(model, pair[f"image_{side}"]) for side in "ab"}
    partners = {side: as_partner(encoded[side]) for side in "ab"}
    for _ in range(rounds):
        masks = {}
        for side, other in ("ab", "ba"):
            correlated = endpoints.correlate(model, encoded[side], partners[other])
            masks[side] = endpoints.decode(
                model, correlated, encoded[side], SIZES[side]
            )
        referred = {
            side: endpoints.refer(model, encoded[side]["embedding"], masks[side])
            for side in "ab"
        }
        partners = {side: as_partner(encoded[side], referred[side]) for side in "ab"}
    return masks


@pytest.mark.parametrize("rounds", [1, 2, 3])
def test_one_by_one_the_stages_are_the_model(rounds, build, pair):
    model = build(rounds=rounds)
    expected, masks = model(pair), by_stages(model, pair, rounds)
    for side in "ab":
        np.testing.assert_allclose(masks[side], expected[f"mask_{side}"], atol=1e-5)


def test_each_round_changes_something(build, pair):
    found = [by_stages(build(), pair, rounds)["a"] for rounds in (1, 2)]
    assert np.abs(found[0] - found[1]).max() > 1e-5


def test_what_encode_returns(small, pair):
    encoded = endpoints.encode(small, pair["image_a"])
    shapes = {name: tuple(tensor.shape) for name, tensor in encoded.items()}
    assert shapes == {
        "features": (1, 4, 5, 16),
        "skip_1": (1, 16, 20, 8),
        "embedding": (1, 4, 5, 6),
        "kernel": (1, 5, 5, 6),
        "descriptors": (1, 4, 5, 12),
    }
    lengths = np.linalg.norm(encoded["descriptors"], axis=-1)
    np.testing.assert_allclose(lengths, 1, atol=1e-5)


def test_what_the_other_stages_return(small, pair):
    encoded = endpoints.encode(small, pair["image_a"])
    correlated = endpoints.correlate(small, encoded, as_partner(encoded))
    assert tuple(correlated["correlation"].shape) == (1, 4, 5, 6)
    assert tuple(correlated["affinity"].shape) == (1, 4, 5, 4)
    mask = endpoints.decode(small, correlated, encoded, (30, 41))
    assert tuple(mask.shape) == (1, 30, 41, 1)
    referred = endpoints.refer(small, encoded["embedding"], mask)
    assert tuple(referred["kernel"].shape) == (1, 5, 5, 6)
    assert tuple(referred["partner_weights"].shape) == (1, 1, 20)
    found = endpoints.pooled_object(small, encoded["descriptors"], mask)
    assert tuple(found.shape) == (1, 12)
    np.testing.assert_allclose(np.linalg.norm(found), 1, atol=1e-5)


def test_a_mask_of_ones_refers_to_the_whole_image(small, pair):
    encoded = endpoints.encode(small, pair["image_b"])
    referred = endpoints.refer(small, encoded["embedding"], tf.ones((1, 49, 70, 1)))
    np.testing.assert_allclose(referred["kernel"], encoded["kernel"], atol=1e-6)
    np.testing.assert_allclose(referred["partner_weights"], 1, atol=1e-6)


def test_a_group_of_two_is_the_pair(small, pair):
    image = pair["image_a"]
    images = image, image[:, ::-1]
    kernels = tf.concat([endpoints.encode(small, one)["kernel"] for one in images], 0)
    np.testing.assert_array_equal(mean_kernel_of_others(kernels)[0], kernels[1])


def test_several_partners_are_averaged(small, pair):
    """The similarities with two are the mean of those with each."""
    image = pair["image_a"]
    own, *others = (
        endpoints.encode(small, one) for one in (image, image[:, ::-1], 255 - image)
    )
    each = [as_partner(other) for other in others]
    both = {
        name: tf.concat([one[name] for one in each], 1)
        for name in ("partners", "partner_weights")
    }
    kernel = sum(one["kernel"] for one in each) / 2
    together = endpoints.correlate(small, own, {"kernel": kernel, **both})
    apart = [endpoints.correlate(small, own, one) for one in each]
    mean = sum(one["affinity"] for one in apart) / 2
    np.testing.assert_allclose(together["affinity"], mean, atol=1e-5)


def test_the_levels_average_to_the_correlation(small, pair):
    one, two = (endpoints.encode(small, image) for image in pair.values())
    levels = endpoints.correlation_levels(small, one["embedding"], two["embedding"])
    assert len(levels) == 2
    phi_2 = small.get_layer("pyramid_xcorr").phi_2
    found = endpoints.correlate(small, one, as_partner(two))["correlation"]
    np.testing.assert_allclose(phi_2(sum(levels) / 2), found, atol=1e-5)


def test_switched_off_the_kernel_does_not_matter(small, pair):
    one, two = (endpoints.encode(small, image) for image in pair.values())
    partner = as_partner(two)
    delta = np.zeros((1, 5, 5, 6), np.float32)
    delta[:, 2, 2] = 1
    off, expected = (
        endpoints.correlate(small, one, {**partner, "kernel": kernel})
        for kernel in (None, delta)
    )
    for name in expected:
        np.testing.assert_allclose(off[name], expected[name], atol=1e-5)


def test_score_by_hand(small):
    layer = small.get_layer("verification")
    one, other = np.eye(12, dtype="float32")[:2]
    for objects, cosine in (((one, one), 1), ((one, other), 0)):
        logit = float(layer.slope) * cosine + float(layer.bias)
        expected = 1 / (1 + np.exp(-logit))
        assert float(endpoints.score(small, *objects)) == pytest.approx(expected, 1e-5)
