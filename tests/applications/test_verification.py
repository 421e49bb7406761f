"""Whether images share a kind at all decides about their masks; of whole models."""

import numpy as np
import pytest

from tfcoseg.applications import endpoints
from tfcoseg.inference import Predictor


@pytest.fixture
def strict(build):
    """A network for which no two images share enough."""
    model = build()
    model.get_layer("verification").min_score.assign(1.0)
    return model


def test_below_the_least_score_masks_are_zeros(small, strict, pair):
    lenient = small(pair)
    for name, mask in strict(pair).items():
        assert lenient[name].numpy().max() > 0.1
        assert mask.shape == lenient[name].shape and not mask.numpy().any()


def test_while_training_no_mask_is_emptied(small, strict, pair):
    expected, masks = small(pair, training=True), strict(pair, training=True)
    for name, mask in masks.items():
        np.testing.assert_array_equal(mask, expected[name])


def test_each_pair_of_a_batch_is_verified_for_itself(build, pair):
    """The least score lies between those of an image with itself and another."""
    image = pair["image_a"]
    other = np.full_like(image, 20.0)
    batch = {
        "image_a": np.concatenate([image, image]),
        "image_b": np.concatenate([image, other]),
    }
    model = build()
    same, different = (
        Predictor(model, 64).predict(image[0], one[0]).score for one in (image, other)
    )
    assert same > different
    model.get_layer("verification").min_score.assign((same + different) / 2)
    masks = model(batch)
    assert masks["mask_a"].numpy()[0].any() and not masks["mask_a"].numpy()[1].any()


def test_what_is_calibrated_is_kept_with_the_weights(strict, tmp_path):
    from tfcoseg.applications import load_model, save_weights

    layer = strict.get_layer("verification")
    layer.slope.assign(7.0), layer.bias.assign(-2.0)
    save_weights(strict, tmp_path / "strict.weights.h5")
    again = load_model(tmp_path / "strict.weights.h5").get_layer("verification")
    assert [float(weight) for weight in again.weights] == [7.0, -2.0, 1.0]


def test_without_descriptors_it_is_the_method_of_the_paper_alone(build, pair):
    """No similarities, no verification: the score is 1, and nothing is emptied."""
    model = build(descriptors=None)
    names = {layer.name for layer in model.layers}
    assert not {"verification", "semantic_affinity"} & names
    assert not endpoints.has_verification(model)
    masks = model(pair)
    predictor = Predictor(model, 64, threshold=0.0, min_score=1.0)
    pictures = [image[0] for image in pair.values()]
    found = predictor.predict(*pictures)
    assert found.score == 1.0 and found.found
    assert found.mask_a.all() and found.mask_b.all()
    group = predictor.predict_group([*pictures, pictures[0][::-1]])
    assert group.scores == [1.0] * 3 and group.found == [True] * 3
    assert [mask.shape[1:3] for mask in masks.values()] == [(64, 80), (49, 70)]
    again = Predictor(model, 64).predict(pictures[0], pictures[0][:, ::-1])
    assert np.abs(again.soft_mask_a - found.soft_mask_a).max() > 0


def test_the_paper_alone_is_a_loop_over_its_equations(build, pair):
    """One comparison: correlate with the other's kernel, decode, nothing else."""
    model = build(descriptors=None, rounds=1)
    encoded = [endpoints.encode(model, image) for image in pair.values()]
    assert set(encoded[0]) == {"features", "skip_1", "embedding", "kernel"}
    masks = model(pair)
    for own, other, name, size in (
        (0, 1, "mask_a", (64, 80)),
        (1, 0, "mask_b", (49, 70)),
    ):
        partner = {"kernel": encoded[other]["kernel"]}
        correlated = endpoints.correlate(model, encoded[own], partner)
        mask = endpoints.decode(model, correlated, encoded[own], size)
        np.testing.assert_allclose(mask, masks[name], atol=1e-6)
