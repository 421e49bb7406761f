import importlib.util
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from tfcoseg.ops import affinity
from tfcoseg.ops.affinity import pooled_descriptor, semantic_affinity, unit

spec = importlib.util.spec_from_file_location(
    "oracle", Path(__file__).parent / "oracle.py"
)
oracle = importlib.util.module_from_spec(spec)
spec.loader.exec_module(oracle)


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def random_units(*shape, seed=0):
    return unit(random(*shape, seed=seed)).numpy()


def random_masks(*shape, seed=0):
    return np.random.default_rng(seed).uniform(size=shape).astype("float32")


@pytest.mark.parametrize("chunk_size", [None, 1, 4, 100])
@pytest.mark.parametrize("top", [1, 5, 12])
def test_it_is_the_oracles(top, chunk_size):
    images, partners = random_units(2, 3, 5, 4), random_units(2, 3, 7, 4, seed=1)
    masks = random_masks(2, 3, 7)
    expected = [
        oracle.semantic_affinity(*one, top) for one in zip(images, partners, masks)
    ]
    found = semantic_affinity(images, partners, masks, top, chunk_size)
    assert found.dtype == "float32"
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_without_a_mask_all_positions_count():
    image, partners = random_units(2, 3, 5, 4), random_units(2, 2, 7, 4, seed=1)
    expected = [
        oracle.semantic_affinity(*one, np.ones((2, 7)), 3)
        for one in zip(image, partners)
    ]
    found = semantic_affinity(image, partners, top=3)
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("value", [0.0, 0.3, 1.0])
def test_a_constant_mask_is_no_mask(value):
    image, partners = random_units(2, 3, 5, 4), random_units(2, 2, 7, 4, seed=1)
    found = semantic_affinity(image, partners, np.full((2, 2, 7), value, "f4"))
    np.testing.assert_array_equal(found, semantic_affinity(image, partners))


def test_positions_outside_of_the_mask_have_no_influence():
    image, partners = random_units(1, 3, 5, 4), random_units(1, 1, 9, 4, seed=1)
    mask = np.array([[[1.0, 0.9, 0, 0, 1.0, 0.6, 0.2, 0, 0.49]]], "f4")
    expected = semantic_affinity(image, partners, mask)
    kept = semantic_affinity(image, partners[:, :, mask[0, 0] >= 0.5])
    np.testing.assert_allclose(expected, kept, atol=1e-6)
    others = np.where(
        mask[..., None] >= 0.5, partners, random_units(1, 1, 9, 4, seed=2)
    )
    found = semantic_affinity(image, others, mask)
    np.testing.assert_array_equal(found[..., :3], expected[..., :3])


def test_the_partners_positions_have_no_order():
    image, partners = random_units(1, 3, 5, 4), random_units(1, 1, 9, 4, seed=1)
    mask, order = random_masks(1, 1, 9), np.random.default_rng(2).permutation(9)
    found = semantic_affinity(image, partners[:, :, order], mask[:, :, order])
    expected = semantic_affinity(image, partners, mask)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_several_partners_give_the_mean_over_them():
    image, partners = random_units(2, 3, 5, 4), random_units(2, 3, 7, 4, seed=1)
    masks = random_masks(2, 3, 7)
    singles = [
        semantic_affinity(image, partners[:, [index]], masks[:, [index]])
        for index in range(3)
    ]
    found = semantic_affinity(image, partners, masks)
    np.testing.assert_allclose(found, np.mean(singles, axis=0), atol=1e-6)


def test_the_length_of_a_descriptor_does_not_matter():
    images, partners = random(1, 3, 5, 4), random(1, 1, 7, 4, seed=1)
    longer = images * random_masks(1, 3, 5, 1), 100 * partners * random_masks(
        1, 1, 7, 1
    )
    expected = semantic_affinity(unit(images), unit(partners))
    found = semantic_affinity(*map(unit, longer))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_units_of_any_size_and_number_type():
    lengths = np.linalg.norm(unit(1e-4 * random(5, 7, 4)), axis=-1)
    np.testing.assert_allclose(lengths, 1, atol=1e-6)
    large = unit(tf.constant([[6e4, 0.0], [0.0, 0.0]], "float16"))
    np.testing.assert_array_equal(large, [[1, 0], [0, 0]])


@pytest.mark.parametrize("dtype, error", [("float16", 2e-3), ("bfloat16", 2e-2)])
def test_half_precision_is_computed_in_float32(dtype, error):
    image, partners = random_units(1, 3, 5, 64), random_units(1, 1, 7, 64, seed=1)
    halves = [tf.cast(x, dtype) for x in (image, partners, random_masks(1, 1, 7))]
    found = semantic_affinity(*halves)
    assert found.dtype == "float32"
    expected = semantic_affinity(image, partners, random_masks(1, 1, 7))
    np.testing.assert_allclose(found, expected, atol=error)


@pytest.mark.parametrize("batch, count", [(None, None), (2, None), (None, 3)])
def test_sizes_may_be_unknown_when_traced(batch, count):
    """Forward and backward, with chunks that do not divide the number of positions."""
    specs = [
        tf.TensorSpec((batch, None, None, 4)),
        tf.TensorSpec((batch, count, None, 4)),
        tf.TensorSpec((batch, count, None)),
    ]

    @tf.function(input_signature=specs)
    def with_slopes(images, partners, masks):
        with tf.GradientTape() as tape:
            tape.watch((images, partners))
            result = semantic_affinity(images, partners, masks, 3, chunk_size=4)
            value = tf.reduce_sum(result * tf.range(4.0))
        return result, tape.gradient(value, (images, partners))

    arguments = random_units(2, 3, 5, 4), random_units(2, 3, 7, 4, seed=1)
    arguments = [tf.constant(x) for x in (*arguments, random_masks(2, 3, 7))]
    result, slopes = with_slopes(*arguments)
    with tf.GradientTape() as tape:
        tape.watch(arguments[:2])
        expected = semantic_affinity(*arguments, 3, chunk_size=None)
        value = tf.reduce_sum(expected * tf.range(4.0))
    np.testing.assert_allclose(result, expected, atol=1e-6)
    for one, two in zip(slopes, tape.gradient(value, arguments[:2])):
        assert np.abs(two).max() > 0.1
        np.testing.assert_allclose(one, two, atol=1e-5)


@pytest.mark.parametrize("chunk_size", [None, 4])
def test_an_empty_batch_gives_an_empty_batch(chunk_size):
    images, partners = np.zeros((0, 3, 5, 4), "f4"), np.zeros((0, 2, 7, 4), "f4")
    found = semantic_affinity(images, partners, chunk_size=chunk_size)
    assert found.shape == (0, 3, 5, 4)


def test_gradients_are_the_numeric_ones():
    images, partners = random_units(1, 2, 3, 4), random_units(1, 2, 5, 4, seed=1)
    masks, direction = random_masks(1, 2, 5), random(1, 2, 5, 4, seed=2)
    constant = tf.constant(partners)
    with tf.GradientTape() as tape:
        tape.watch(constant)
        value = tf.reduce_sum(semantic_affinity(images, constant, masks, 2)[..., :2])
    slope = float(tf.reduce_sum(tape.gradient(value, constant) * direction))

    def moved(step):
        result = semantic_affinity(images, partners + step * direction, masks, 2)
        return float(tf.reduce_sum(result[..., :2]))

    assert slope == pytest.approx((moved(1e-3) - moved(-1e-3)) / 2e-3, rel=1e-2)


@pytest.mark.parametrize("side, chunk_size", [(129, 1024), (33, 64)])
def test_chunks_bound_the_memory(side, chunk_size, monkeypatch):
    """No tensor is as large as that of all cosines, and chunks come one by one."""
    sizes, compare = [], affinity._best

    def spy(rows, *arguments):
        sizes.append(rows.shape[1])
        return compare(rows, *arguments)

    monkeypatch.setattr(affinity, "_best", spy)
    images, partners = random_units(1, side, side, 2), random_units(1, 1, side**2, 2)
    found = semantic_affinity(images, partners, chunk_size=chunk_size)
    assert sizes == [chunk_size] * -(-(side**2) // chunk_size)
    rows = found[:, -1:].numpy()
    expected = semantic_affinity(images[:, -1:], partners, chunk_size=None)
    np.testing.assert_allclose(rows[..., :3], expected[..., :3], atol=1e-5)


def test_pooled_descriptors_are_weighted_means():
    descriptors, mask = random_units(2, 3, 5, 4), random_masks(2, 9, 10, 1)
    expected = []
    for image, soft in zip(descriptors, mask):
        weights = oracle.area_means(soft[..., 0], 3, 5)[..., None]
        mean = (image * weights).sum((0, 1))
        expected.append(mean / np.linalg.norm(mean))
    np.testing.assert_allclose(
        pooled_descriptor(descriptors, mask), expected, atol=1e-5
    )


@pytest.mark.parametrize("scale", [0.5, 1e-7])
def test_pooled_descriptors_have_unit_length_however_low_the_mask(scale):
    descriptors, mask = random_units(2, 3, 5, 4), random_masks(2, 9, 10, 1)
    expected = pooled_descriptor(descriptors, mask)
    found = pooled_descriptor(descriptors, scale * mask)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_of_a_mask_of_zeros_all_positions_are_pooled():
    descriptors = random_units(2, 3, 5, 4)
    found = pooled_descriptor(descriptors, np.zeros((2, 9, 10, 1), "f4"))
    expected = pooled_descriptor(descriptors, np.ones((2, 9, 10, 1), "f4"))
    np.testing.assert_allclose(found, expected, atol=1e-6)
