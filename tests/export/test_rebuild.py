import numpy as np
import pytest
import tensorflow as tf

from tfcoseg.export import with_implementation
from tfcoseg.export.rebuild import with_encoder_traced_once


@pytest.mark.parametrize("implementation", ["fft", "depthwise", "vectorized_map"])
def test_the_same_model_with_another_implementation(implementation, model):
    before = model.get_layer("pyramid_xcorr").implementation
    rebuilt = with_implementation(model, implementation)
    assert rebuilt.get_layer("pyramid_xcorr").implementation == implementation
    assert model.get_layer("pyramid_xcorr").implementation == before == "auto"
    chunk_size = rebuilt.get_layer("semantic_affinity").chunk_size
    assert (chunk_size is None) == (implementation == "depthwise")
    names = [[layer.name for layer in m.layers] for m in (model, rebuilt)]
    assert names[0] == names[1]
    images = np.random.default_rng(0).uniform(0, 255, (2, 1, 64, 48, 3))
    pair = {"image_a": images[0], "image_b": images[1]}
    expected, found = (m.predict_on_batch(pair) for m in (model, rebuilt))
    for name in ("mask_a", "mask_b"):
        assert np.ptp(expected[name]) > 0.01
        np.testing.assert_allclose(found[name], expected[name], atol=1e-5)


def test_training_the_copy_leaves_the_model_alone(model):
    rebuilt = with_implementation(model, "fft")
    kept = model.get_weights()[0].copy()
    rebuilt.weights[0].assign(rebuilt.weights[0] + 1)
    np.testing.assert_array_equal(model.get_weights()[0], kept)


def test_the_encoder_is_traced_once_for_all_that_use_it(model):
    rebuilt = with_encoder_traced_once(with_implementation(model, "fft"))
    encoder = rebuilt.get_layer("siamese_encoder")
    image = tf.TensorSpec((1, None, None, 3))
    signatures = [
        tf.function(lambda pixels, sign=sign: sign * encoder.encode(pixels)[0], [image])
        for sign in (1, -1)
    ]
    pixels = np.random.default_rng(0).uniform(0, 255, (1, 48, 64, 3))
    one, other = (signature(pixels.astype(np.float32)) for signature in signatures)
    assert encoder.encode.experimental_get_tracing_count() == 1
    expected, *_ = model.get_layer("siamese_encoder").encode(pixels)
    assert np.ptp(expected) > 0.01
    for found in (one, -other):
        np.testing.assert_allclose(found, expected, atol=1e-4 * np.ptp(expected))
