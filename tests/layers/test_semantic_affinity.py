import importlib.util
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfcoseg.layers import SemanticAffinity
from tfcoseg.ops.affinity import unit

spec = importlib.util.spec_from_file_location(
    "oracle", Path(__file__).parents[1] / "ops" / "oracle.py"
)
oracle = importlib.util.module_from_spec(spec)
spec.loader.exec_module(oracle)


def random_units(*shape, seed=0):
    return unit(np.random.default_rng(seed).normal(size=shape)).numpy()


def random_mask(*shape, seed=0):
    return np.random.default_rng(seed).uniform(size=shape).astype("f4")


@pytest.fixture
def descriptors():
    return random_units(2, 3, 5, 4), random_units(2, 4, 3, 4, seed=1)


def test_each_image_is_compared_with_the_other(descriptors):
    masks = random_mask(2, 13, 9, 1), random_mask(2, 8, 8, 1, seed=1)
    results = SemanticAffinity(top=3)(*descriptors, *masks)
    pairs = zip(results, descriptors, descriptors[::-1], masks[::-1])
    for result, own, other, mask in pairs:
        weights = [
            oracle.area_means(one[..., 0], *other.shape[1:3]).reshape(1, -1)
            for one in mask
        ]
        partners = other.reshape(2, 1, -1, 4)
        expected = [
            oracle.semantic_affinity(*each, 3) for each in zip(own, partners, weights)
        ]
        np.testing.assert_allclose(result, expected, atol=1e-5)


def test_swapping_the_images_swaps_the_results(descriptors):
    image_a, image_b = descriptors
    layer, mask = SemanticAffinity(), random_mask(2, 8, 8, 1)
    results = layer(image_a, image_b, reference_b=mask)
    swapped = layer(image_b, image_a, reference_a=mask)
    for one, two in zip(results, swapped[::-1]):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("value", [0, 1])
def test_references_of_zeros_or_ones_are_none(value, descriptors):
    layer = SemanticAffinity()
    references = np.full((2, 9, 9, 1), value), np.full((2, 31, 8, 1), value)
    for one, two in zip(layer(*descriptors), layer(*descriptors, *references)):
        np.testing.assert_allclose(one, two, atol=1e-6)


def test_a_reference_for_some_samples_of_a_batch(descriptors):
    """Zeros in one sample are no reference there, whatever the others have."""
    layer, mask = SemanticAffinity(), random_mask(2, 8, 8, 1)
    mask[1] = 0
    both = layer(*descriptors, reference_b=mask)[0]
    np.testing.assert_array_equal(both[0], layer(*descriptors, None, mask)[0][0])
    np.testing.assert_allclose(both[1], layer(*descriptors)[0][1], atol=1e-6)
    assert np.abs(both[0] - layer(*descriptors)[0][0]).max() > 1e-3


def test_it_has_no_weights(descriptors):
    layer = SemanticAffinity()
    layer(*descriptors)
    assert layer.weights == []


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"top": 0}, "`top` must be a positive integer. Received: 0"),
        ({"top": True}, "Received: True"),
        ({"chunk_size": 2.5}, "`chunk_size` must be a positive.*Received: 2.5"),
        ({"chunk_size": 0}, "Received: 0"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        SemanticAffinity(**arguments)


def test_channels_that_differ_are_an_error():
    with pytest.raises(ValueError, match=r"same number of channels.*2, 2, 3\)"):
        SemanticAffinity()(random_units(1, 2, 2, 4), random_units(1, 2, 2, 3))


@pytest.mark.parametrize("references", [False, True])
def test_litert_gives_the_same_with_its_own_operators(references, tmp_path):
    interpreters = pytest.importorskip(
        "ai_edge_litert.interpreter", reason="needs ai-edge-litert"
    )
    inputs = [keras.Input((None, None, 4), name=f"image_{side}") for side in "ab"]
    if references:
        inputs += [keras.Input((None, None, 1), name=f"mask_{side}") for side in "ab"]
    model = keras.Model(inputs, SemanticAffinity(top=3, chunk_size=None)(*inputs))
    archive = keras.export.ExportArchive()
    archive.track(model)
    specs = [tf.TensorSpec((1, *x.shape[1:]), name=x.name) for x in inputs]
    archive.add_endpoint(
        "serve",
        lambda *maps: dict(zip("ab", model(list(maps)))),
        input_signature=specs,
    )
    archive.write_out(tmp_path, verbose=False)
    converter = tf.lite.TFLiteConverter.from_saved_model(str(tmp_path))
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    interpreter = interpreters.Interpreter(model_content=converter.convert())
    run = interpreter.get_signature_runner()
    for height, width in ((3, 5), (9, 4)):
        maps = [random_units(1, height, width, 4), random_units(1, 4, 3, 4, seed=1)]
        maps += [random_mask(1, 13, 9, 1), np.zeros((1, 8, 8, 1), "f4")]
        maps = maps[: len(inputs)]
        found = run(**{x.name: value for x, value in zip(inputs, maps)})
        for name, expected in zip("ab", model(maps)):
            np.testing.assert_allclose(found[name], expected, atol=1e-5)
