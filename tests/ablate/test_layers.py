"""The two layers that take the place of the correlation."""

import keras
import numpy as np
import pytest

from tfcoseg.ablate import NonLocal, NoPartner
from tfcoseg.layers import PyramidXCorr


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def shake(layer):
    """Weights and biases that are all random."""
    layer.set_weights(
        [random(*w.shape, seed=seed) for seed, w in enumerate(layer.get_weights())]
    )


def attend(own, other, theta, phi, g, out):
    """The equations position by position: (h, w, c), (h', w', c) to (h, w, filters)."""

    def convolve(vector, weights):
        return vector @ weights[0][0, 0] + weights[1]

    partner = other.reshape(-1, other.shape[-1])
    keys = [convolve(vector, phi) for vector in partner]
    values = [convolve(vector, g) for vector in partner]
    rows = []
    for row in own:
        rows.append([])
        for vector in row:
            query = convolve(vector, theta)
            weights = np.exp([query @ key / np.sqrt(len(query)) for key in keys])
            found = sum(w * value for w, value in zip(weights / weights.sum(), values))
            rows[-1].append(np.maximum(convolve(found, out), 0))
    return np.array(rows)


def test_non_local_attention_is_its_equations():
    layer = NonLocal(filters=5, width=3)
    image_a, image_b = random(2, 3, 4, 6), random(2, 5, 2, 6, seed=1)
    layer(image_a, image_b)
    shake(layer)
    weights = layer.get_weights()
    parts = [weights[index : index + 2] for index in range(0, 8, 2)]
    for result, own, other in zip(
        layer(image_a, image_b), (image_a, image_b), (image_b, image_a)
    ):
        expected = [attend(*pair, *parts) for pair in zip(own, other)]
        np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-4)
        assert np.std(expected) > 0.1


def test_no_partner_is_phi_2_of_phi_1_whoever_the_partner_is():
    layer = NoPartner(5, kernel_sizes=(3,))
    image_a, image_b = random(2, 3, 4, 6), random(2, 5, 2, 6, seed=1)
    layer(image_a, image_b)
    shake(layer)
    kernel_1, bias_1, kernel_2, bias_2 = layer.get_weights()
    for image, result in zip((image_a, image_b), layer(image_a, image_b)):
        embedded = image @ kernel_1[0, 0] + bias_1
        expected = np.maximum(embedded @ kernel_2[0, 0] + bias_2, 0)
        np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-4)
    other = layer(image_a, random(2, 2, 2, 6, seed=2))[0]
    np.testing.assert_array_equal(other, layer(image_a, image_b)[0])


def test_no_partner_takes_the_weights_of_the_correlation():
    layers = NoPartner(4), PyramidXCorr(4)
    for layer in layers:
        layer.build((None, 5, 5, 3), (None, 5, 5, 3))
    shapes = [[w.shape for w in layer.get_weights()] for layer in layers]
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize(
    "make, arguments",
    [
        (NonLocal, {"filters": 4, "width": 3}),
        (NoPartner, {"filters": 4, "kernel_sizes": (3, 5)}),
    ],
)
def test_config_shapes_reload_and_half_precision(make, arguments, tmp_path):
    layer = make(**arguments)
    again = make.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    inputs = [keras.Input((None, None, 6)), keras.Input((None, None, 6))]
    model = keras.Model(inputs, layer(*inputs))
    pair = [random(2, 3, 4, 6), random(2, 5, 2, 6, seed=1)]
    expected = model(pair)
    declared = layer.compute_output_shape(*[x.shape for x in pair])
    assert [tuple(x.shape) for x in expected] == list(declared)
    model.save(tmp_path / "layer.keras")
    loaded = keras.models.load_model(tmp_path / "layer.keras")
    for one, two in zip(expected, loaded(pair)):
        np.testing.assert_array_equal(one, two)
    config = layer.get_config() | {"dtype": "mixed_bfloat16"}
    half = make.from_config(config)
    assert {x.dtype.name for x in half(*pair)} == {"bfloat16"}


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="filters=0, width=3"):
        NonLocal(0, 3)
