import importlib.util
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfcoseg.layers import PyramidXCorr

spec = importlib.util.spec_from_file_location(
    "oracle", Path(__file__).parents[1] / "ops" / "oracle.py"
)
oracle = importlib.util.module_from_spec(spec)
spec.loader.exec_module(oracle)

AXES = {"channel": (0, 1), "position": 2, "kernel": (0, 1, 2), None: None}


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("normalization", AXES)
def test_the_layer_is_the_papers_equations(normalization):
    layer = PyramidXCorr(3, kernel_sizes=(3, 4), normalization=normalization)
    image_a, image_b = random(2, 6, 5, 4), random(2, 4, 7, 4, seed=1)
    layer(image_a, image_b)
    layer.set_weights(
        [random(*w.shape, seed=seed) for seed, w in enumerate(layer.get_weights())]
    )
    kernel_1, bias_1, kernel_2, bias_2 = layer.get_weights()
    embedded_a = image_a @ kernel_1[0, 0] + bias_1
    embedded_b = image_b @ kernel_1[0, 0] + bias_1
    for index, result in enumerate(layer(image_a, image_b)):
        both = [embedded_a, embedded_b]
        mean = [
            oracle.pyramid_correlation(own, other, (3, 4), AXES[normalization])
            for own, other in zip(both[index], both[1 - index])
        ]
        expected = np.maximum(np.array(mean) @ kernel_2[0, 0] + bias_2, 0)
        np.testing.assert_allclose(result, expected, atol=2e-5 * expected.max())


def random_mask(*shape, seed=0):
    return np.random.default_rng(seed).uniform(size=shape).astype("f4")


def test_a_reference_weighs_the_embedding_that_the_kernel_is_made_of():
    layer = PyramidXCorr(3, kernel_sizes=(3, 4))
    image_a, image_b = random(2, 6, 5, 4), random(2, 4, 7, 4, seed=1)
    mask_a, mask_b = random_mask(2, 13, 9, 1), random_mask(2, 8, 8, 1, seed=1)
    layer(image_a, image_b)
    layer.set_weights(
        [random(*w.shape, seed=seed) for seed, w in enumerate(layer.get_weights())]
    )
    kernel_1, bias_1, kernel_2, bias_2 = layer.get_weights()
    embedded, weighted = [], []
    for image, mask in ((image_a, mask_a), (image_b, mask_b)):
        embedded.append(image @ kernel_1[0, 0] + bias_1)
        means = [oracle.area_means(one[..., 0], *image.shape[1:3]) for one in mask]
        weighted.append(embedded[-1] * np.array(means)[..., None])
    results = layer(image_a, image_b, reference_a=mask_a, reference_b=mask_b)
    for result, own, other in zip(results, embedded, weighted[::-1]):
        mean = [oracle.pyramid_correlation(*pair, (3, 4)) for pair in zip(own, other)]
        expected = np.maximum(np.array(mean) @ kernel_2[0, 0] + bias_2, 0)
        np.testing.assert_allclose(result, expected, atol=2e-5 * expected.max())


@pytest.mark.parametrize("value", [0, 1])
def test_references_of_zeros_or_ones_are_none(value):
    layer = PyramidXCorr(4, kernel_sizes=(3, 5))
    images = random(2, 6, 6, 3), random(2, 5, 7, 3, seed=1)
    references = np.full((2, 9, 9, 1), value), np.full((2, 31, 8, 1), value)
    for one, two in zip(layer(*images), layer(*images, *references)):
        np.testing.assert_allclose(one, two, atol=1e-6)


def test_swapping_images_and_references_swaps_the_correlations():
    layer = PyramidXCorr(4, kernel_sizes=(3, 5))
    image_a, image_b = random(2, 6, 6, 3), random(2, 5, 7, 3, seed=1)
    mask = random_mask(2, 9, 9, 1)
    results = layer(image_a, image_b, reference_b=mask)
    swapped = layer(image_b, image_a, reference_a=mask)
    for one, two in zip(results, swapped[::-1]):
        np.testing.assert_array_equal(one, two)


def test_what_a_reference_leaves_out_has_no_influence():
    layer = PyramidXCorr(4, kernel_sizes=(3, 5))
    image_a, image_b = random(1, 6, 6, 3), random(1, 6, 6, 3, seed=1)
    mask = np.zeros((1, 12, 12, 1), "f4")
    mask[:, 2:8, 4:12] = 1
    inside = mask[:, ::2, ::2]
    other = np.where(inside, image_b, random(1, 6, 6, 3, seed=2))
    expected, _ = layer(image_a, image_b, reference_b=mask)
    found, _ = layer(image_a, other, reference_b=mask)
    np.testing.assert_array_equal(found, expected)
    without, _ = layer(image_a, image_b)
    assert np.abs(without - expected).max() > 1e-3


def test_learned_level_weights_are_a_weighted_mean_of_the_levels():
    sizes = (3, 4, 5)
    layer = PyramidXCorr(3, kernel_sizes=sizes, level_weights="learned")
    image_a, image_b = random(2, 6, 5, 4), random(2, 4, 7, 4, seed=1)
    layer(image_a, image_b)
    layer.set_weights(
        [random(*w.shape, seed=seed) for seed, w in enumerate(layer.get_weights())]
    )
    logits, kernel_1, bias_1, kernel_2, bias_2 = layer.get_weights()
    shares = np.exp(logits) / np.exp(logits).sum()
    assert shares.shape == (3,) and np.ptp(shares) > 0.1
    embedded_a = image_a @ kernel_1[0, 0] + bias_1
    embedded_b = image_b @ kernel_1[0, 0] + bias_1
    for result, own, other in zip(
        layer(image_a, image_b), (embedded_a, embedded_b), (embedded_b, embedded_a)
    ):
        expected = sum(
            share
            * np.array(
                [oracle.pyramid_correlation(*pair, [size]) for pair in zip(own, other)]
            )
            for share, size in zip(shares, sizes)
        )
        expected = np.maximum(expected @ kernel_2[0, 0] + bias_2, 0)
        np.testing.assert_allclose(result, expected, atol=2e-5 * expected.max())


def test_learned_level_weights_start_at_the_mean_and_learn():
    learned = PyramidXCorr(4, kernel_sizes=(3, 5), level_weights="learned")
    images = random(2, 6, 6, 3), random(2, 5, 7, 3, seed=1)
    learned(*images)
    plain = PyramidXCorr(4, kernel_sizes=(3, 5))
    plain(*images)
    plain.set_weights(learned.get_weights()[1:])
    for one, two in zip(learned(*images), plain(*images)):
        np.testing.assert_allclose(one, two, atol=1e-5)
    with tf.GradientTape() as tape:
        value = sum(tf.reduce_sum(result) for result in learned(*images))
    slope = tape.gradient(value, learned.level_logits.value)
    assert np.abs(slope).max() > 0 and abs(float(tf.reduce_sum(slope))) < 1e-3


def test_a_config_from_before_there_were_level_weights_still_fits():
    config = PyramidXCorr(8).get_config()
    del config["level_weights"]
    assert PyramidXCorr.from_config(config).level_weights == "mean"


def test_it_owns_phi_1_and_phi_2_and_nothing_else():
    layer = PyramidXCorr(8)
    layer.build((None, 9, 9, 5), (None, 9, 9, 5))
    shapes = [weight.shape for weight in layer.get_weights()]
    assert shapes == [(1, 1, 5, 8), (8,), (1, 1, 8, 8), (8,)]


def test_swapping_the_images_swaps_the_correlations():
    layer = PyramidXCorr(4, kernel_sizes=(3, 5))
    image_a, image_b = random(2, 6, 6, 3), random(2, 5, 7, 3, seed=1)
    for result, swapped in zip(layer(image_a, image_b), layer(image_b, image_a)[::-1]):
        np.testing.assert_array_equal(result, swapped)


def test_another_implementation_takes_the_same_weights():
    layer = PyramidXCorr(4, kernel_sizes=(3, 5))
    images = random(2, 6, 6, 3), random(2, 5, 7, 3, seed=1)
    expected = layer(*images)
    assert layer.get_config()["implementation"] == "auto"
    for implementation in ("vectorized_map", "fft", "depthwise"):
        config = layer.get_config() | {"implementation": implementation}
        other = PyramidXCorr.from_config(config)
        other.build(*(image.shape for image in images))
        other.set_weights(layer.get_weights())
        for one, two in zip(expected, other(*images)):
            np.testing.assert_allclose(one, two, atol=1e-5 * np.abs(one).max())


def test_mixed_precision_correlates_in_float32():
    # 19 x 19 sums of values near 100 do not fit into float16.
    half = PyramidXCorr(2, kernel_sizes=(19,), dtype="mixed_float16")
    images = 100 * np.ones((1, 40, 40, 2), np.float32), np.ones((1, 40, 40, 2), "f4")
    half(*images)
    half.set_weights([np.ones_like(weight) for weight in half.get_weights()])
    correlation, _ = half(*images)
    assert correlation.dtype == "float16"
    # Unit norm over 361 positions: each is 1 / 19.
    middle = 2 * (19 * 201.0) + 1
    np.testing.assert_allclose(correlation[0, 20, 20], middle, rtol=2e-3)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"filters": 0}, "`filters` must be positive"),
        ({"filters": 4, "kernel_sizes": ()}, "at least one size"),
        ({"filters": 4, "kernel_sizes": 11}, "must be a sequence"),
        ({"filters": 4, "kernel_sizes": (3, 2.5)}, "`kernel_sizes` must be positive"),
        ({"filters": 4, "normalization": "l1"}, "Received: normalization='l1'"),
        ({"filters": 4, "implementation": "cuda"}, "Received: implementation='cuda'"),
        ({"filters": 4, "level_weights": "max"}, "Received: level_weights='max'"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        PyramidXCorr(**arguments)


def test_channels_that_differ_are_an_error():
    with pytest.raises(ValueError, match="same number of channels"):
        PyramidXCorr(4)(random(1, 6, 6, 3), random(1, 6, 6, 2))


def test_it_learns():
    """A few steps of gradient descent lower the loss through both directions."""
    inputs = [keras.Input((6, 6, 2)), keras.Input((6, 6, 2))]
    model = keras.Model(inputs, PyramidXCorr(2, kernel_sizes=(3,))(*inputs))
    model.compile(keras.optimizers.Adam(0.05), loss=["mse", "mse"])
    data = [random(4, 6, 6, 2), random(4, 6, 6, 2, seed=1)]
    targets = [np.ones((4, 6, 6, 2)), np.zeros((4, 6, 6, 2))]
    history = model.fit(data, targets, epochs=5, verbose=0).history["loss"]
    assert history[-1] < history[0]
