import numpy as np
import pytest
import tensorflow as tf

from tfcoseg.applications import endpoints
from tfcoseg.ops import mean_kernel_of_others


@pytest.fixture(scope="module")
def images():
    generator = np.random.default_rng(0)
    return [generator.uniform(0, 255, (1, 64, 80, 3)).astype("f4") for _ in range(3)]


def test_one_by_one_the_stages_are_the_model(model, images):
    expected = model({"image_a": images[0], "image_b": images[1]})
    encoded = [endpoints.encode(model, image) for image in images[:2]]
    for own, other, name in ((0, 1, "mask_a"), (1, 0, "mask_b")):
        correlation = endpoints.correlate(
            model, encoded[own]["embedding"], encoded[other]["kernel"]
        )
        mask = endpoints.decode(model, correlation, encoded[own], (64, 80))
        np.testing.assert_allclose(mask, expected[name], atol=1e-6)


def test_what_encode_returns(model, images):
    encoded = endpoints.encode(model, images[0])
    shapes = {name: tuple(tensor.shape) for name, tensor in encoded.items()}
    assert shapes == {
        "features": (1, 4, 5, 672),
        "skip_1": (1, 8, 10, 32),
        "skip_2": (1, 16, 20, 24),
        "embedding": (1, 4, 5, 256),
        "kernel": (1, 19, 19, 256),
    }


def test_a_group_of_two_is_the_pair(model, images):
    kernels = tf.concat([endpoints.encode(model, i)["kernel"] for i in images[:2]], 0)
    np.testing.assert_array_equal(mean_kernel_of_others(kernels)[0], kernels[1])


def test_the_levels_average_to_the_correlation(model, images):
    one, two = (endpoints.encode(model, image) for image in images[:2])
    levels = endpoints.correlation_levels(model, one["embedding"], two["embedding"])
    assert len(levels) == 3
    phi_2 = model.get_layer("pyramid_xcorr").phi_2
    expected = endpoints.correlate(model, one["embedding"], two["kernel"])
    np.testing.assert_allclose(phi_2(sum(levels) / 3), expected, atol=1e-5)


def test_switched_off_the_partner_does_not_matter(model, images):
    encoded = endpoints.encode(model, images[0])
    off = endpoints.identity_correlation(model, encoded["embedding"])
    delta = np.zeros((1, 19, 19, 256), np.float32)
    delta[:, 9, 9] = 1
    expected = endpoints.correlate(model, encoded["embedding"], delta)
    np.testing.assert_allclose(off, expected, atol=1e-5)


def test_score_by_hand():
    maps = np.zeros((3, 2, 2, 1), np.float32)
    maps[0, 0, 0] = 0.9
    maps[1] = 0.25
    expected = [0.9, 0.25, 0.0]
    np.testing.assert_allclose(endpoints.score(maps), expected, atol=1e-6)
    mixed = np.array([0.8, 0.1]).reshape(1, 1, 2, 1)
    by_hand = (0.8**3 + 0.1**3) / (0.8**2 + 0.1**2)
    np.testing.assert_allclose(endpoints.score(mixed), [by_hand], atol=1e-6)


def test_score_does_not_depend_on_the_objects_size():
    small, large = np.full((2, 20, 20, 1), 0.01, np.float32)
    small[:2, :2] = large[:15, :15] = 0.95
    scores = endpoints.score(np.stack([small, large]))
    np.testing.assert_allclose(scores, 0.95, atol=0.02)
