import keras
import numpy as np
import pytest

from tfcoseg.layers import MaskDecoder


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


@pytest.fixture
def inputs():
    maps = [random(2, 4, 5, 6), random(2, 8, 9, 3)]
    return random(2, 4, 5, 7, seed=1), maps, np.zeros((2, 61, 70, 3))


def test_logits_have_the_images_size(inputs):
    decoder = MaskDecoder((8, 4))
    logits = decoder(*inputs)
    assert logits.shape == (2, 61, 70, 1)
    # Before the sigmoid: both signs, not confined to 0..1.
    assert logits.numpy().min() < 0 or logits.numpy().max() > 1


def test_correlation_features_and_every_skip_matter(inputs):
    decoder = MaskDecoder((8, 4))
    correlation, maps, image = inputs
    logits = decoder(*inputs).numpy()
    others = [
        (correlation + 1, maps),
        (correlation, [maps[0] + 1, maps[1]]),
        (correlation, [maps[0], maps[1] + 1]),
    ]
    for changed in others:
        assert np.abs(decoder(*changed, image).numpy() - logits).max() > 1e-4


def test_the_correlation_is_normalised_per_channel(inputs):
    """In training its scale does not matter, as batch normalisation promises."""
    decoder = MaskDecoder((8, 4))
    correlation, maps, image = inputs
    logits = decoder(100 * correlation, maps, image, training=True)
    scaled = decoder(300 * correlation, maps, image, training=True)
    np.testing.assert_allclose(logits, scaled, atol=1e-3)


def test_the_affinity_matters_and_is_normalised_per_channel(inputs):
    affinity = random(2, 4, 5, 4, seed=2)
    decoder = MaskDecoder((8, 4))
    logits = decoder(*inputs, affinity).numpy()
    assert np.abs(decoder(*inputs, affinity + 1).numpy() - logits).max() > 1e-4
    one = decoder(*inputs, 100 * affinity, training=True)
    two = decoder(*inputs, 300 * affinity, training=True)
    np.testing.assert_allclose(one, two, atol=1e-3)


def test_an_affinity_of_no_weight_is_none(inputs):
    """Its channels are the last of the first convolution."""
    plain, decoder = MaskDecoder((8, 4)), MaskDecoder((8, 4))
    plain(*inputs), decoder(*inputs, random(2, 4, 5, 4, seed=2))
    kernel, *rest = plain.reduce.get_weights()
    padded = np.concatenate([kernel, np.zeros((1, 1, 4, 8), "f4")], axis=2)
    decoder.reduce.set_weights([padded, *rest])
    for name in ("correlation_norm", "to_logits"):
        getattr(decoder, name).set_weights(getattr(plain, name).get_weights())
    for own, other in zip(
        [*decoder.stages, *decoder.skip_reduces], [*plain.stages, *plain.skip_reduces]
    ):
        own.set_weights(other.get_weights())
    found = decoder(*inputs, random(2, 4, 5, 4, seed=3))
    np.testing.assert_allclose(found, plain(*inputs), atol=1e-5)


@pytest.mark.parametrize("first", [True, False])
def test_an_affinity_in_all_calls_or_in_none(first, inputs):
    decoder, affinity = MaskDecoder((8, 4)), random(2, 4, 5, 4)
    calls = [(*inputs, affinity), inputs]
    decoder(*calls[not first])
    with pytest.raises(ValueError, match="`affinity` must be given in all calls"):
        decoder(*calls[first])


@pytest.mark.parametrize("given", [True, False])
def test_weights_are_saved_and_loaded_with_and_without_affinity(
    given, inputs, tmp_path
):
    inputs = [*inputs, random(2, 4, 5, 4, seed=2)] if given else inputs

    def model():
        ports = keras.tree.map_structure(
            lambda x: keras.Input((None, None, x.shape[-1])), list(inputs)
        )
        return keras.Model(ports, MaskDecoder((8, 4), context=1)(*ports))

    one, two = model(), model()
    one.save_weights(tmp_path / "decoder.weights.h5")
    two.load_weights(tmp_path / "decoder.weights.h5")
    np.testing.assert_array_equal(one(list(inputs)), two(list(inputs)))
    names = [weight.path.split("/")[1] for weight in one.weights]
    assert ("affinity_norm" in names) == given


def test_without_skips(inputs):
    correlation, maps, image = inputs
    assert MaskDecoder((8,))(correlation, maps[:1], image).shape == (2, 61, 70, 1)


def test_as_many_stages_as_maps(inputs):
    with pytest.raises(ValueError, match=r"filters=\(8, 4, 2\) and 2 maps"):
        MaskDecoder((8, 4, 2))(*inputs)


@pytest.mark.parametrize("filters", [(), (8, 0)])
def test_wrong_filters_are_named(filters):
    with pytest.raises(ValueError, match="`filters` must be one positive number"):
        MaskDecoder(filters)


@pytest.mark.parametrize("context, reach", [(0, 1), (1, 4), (2, 6)])
def test_context_sees_further(context, reach):
    """A position is seen as far away as the convolutions reach, and no further."""
    decoder = MaskDecoder((8,), context=context)
    generator = np.random.default_rng(1)
    correlation = generator.normal(size=(1, 31, 31, 4))
    features = generator.normal(size=(1, 31, 31, 3))
    image = np.zeros((1, 31, 31, 3))
    logits = decoder(correlation, [features], image).numpy()
    features[0, 15, 15] += 100
    changed = decoder(correlation, [features], image).numpy() != logits
    rows = np.flatnonzero(changed.any((0, 2, 3)))
    assert reach <= np.abs(rows - 15).max() <= reach + 2


@pytest.mark.parametrize("context", [-1, 1.5, True])
def test_a_wrong_context_is_named(context):
    with pytest.raises(ValueError, match="`context` must be a number of convolutions"):
        MaskDecoder((8,), context=context)
