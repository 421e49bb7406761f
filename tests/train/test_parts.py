import numpy as np
import pytest

from tfcoseg.applications import CoSegMobileNetV2, CoSegVGG16
from tfcoseg.train.parts import set_trainable, training_model


@pytest.fixture
def pair():
    generator = np.random.default_rng(0)
    shapes = {"image_a": (2, 48, 64, 3), "image_b": (2, 64, 48, 3)}
    return {name: generator.uniform(0, 255, shape) for name, shape in shapes.items()}


def with_ones(pair):
    ones = {
        f"reference_{side}": np.ones_like(pair[f"image_{side}"][..., :1])
        for side in "ab"
    }
    return {**pair, **ones}


def test_it_is_the_network_of_one_comparison(model, pair):
    once = CoSegMobileNetV2(rounds=1)
    once.set_weights(model.get_weights())
    once.get_layer("verification").min_score.assign(0.0)
    expected = once(pair)
    for references in (False, True):
        trained = training_model(model, references)
        found = trained(with_ones(pair) if references else pair)
        for name in ("mask_a", "mask_b"):
            np.testing.assert_allclose(found[name], expected[name], atol=1e-6)


def test_a_reference_mask_matters_to_the_other_image_alone(model, pair):
    inputs = with_ones(pair)
    inputs["reference_b"][:, :, 24:] = 0
    found, without = training_model(model, True)(inputs), training_model(model)(pair)
    np.testing.assert_allclose(found["mask_b"], without["mask_b"], atol=1e-6)
    assert np.abs(found["mask_a"] - without["mask_a"]).max() > 1e-5


def paths(model):
    return {weight.path for weight in training_model(model).trainable_weights}


def test_the_stages_train_more_and_more_and_never_the_descriptors():
    network = CoSegMobileNetV2()
    of_stage = {}
    for stage in ("finetune", "head", "upper"):
        set_trainable(network, stage)
        of_stage[stage] = paths(network)
    assert not any("siamese_encoder" in path for path in of_stage["head"])
    assert of_stage["head"] < of_stage["upper"]
    encoder = network.get_layer("siamese_encoder")
    branch = {weight.path for weight in encoder.branch.trainable_weights}
    assert branch and of_stage["upper"] - of_stage["head"] == branch
    trunk = {weight.path for weight in encoder.trunk.weights}
    assert trunk.isdisjoint(set().union(*of_stage.values()) - branch)


def test_without_a_branch_the_layers_above_the_skips_train():
    network = CoSegVGG16(branch_from=None)
    encoder = network.get_layer("siamese_encoder")
    set_trainable(network, "upper")
    names = {weight.path.split("/")[-2] for weight in encoder.trainable_weights}
    assert "block4_conv1" in names and "block5_conv3" in names
    assert not names & {"block1_conv1", "block2_conv2", "block3_conv3"}
    set_trainable(network, "finetune")
    assert len(encoder.trainable_weights) == len(encoder.trunk.weights)
