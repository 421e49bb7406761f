import hashlib
import inspect
import json

import h5py
import keras
import numpy as np
import pytest

from tfcoseg import applications
from tfcoseg.applications import (
    CoSeg,
    CoSegEfficientNetLite0,
    CoSegEfficientNetLite2,
    CoSegMobileNetV2,
    CoSegResNet50,
    CoSegVGG16,
    load_model,
)
from tfcoseg.applications.settings import read_settings
from tfcoseg.embedded import (
    EMBEDDED_WEIGHTS,
    WEIGHTS_FOLDER,
    embedded_weights_path,
)

# The models, and the weights that each has by default.
MODELS = {
    CoSegEfficientNetLite2: "coseg",
    CoSegEfficientNetLite0: None,
    CoSegMobileNetV2: None,
    CoSegResNet50: None,
    CoSegVGG16: None,
}


def random(*shape, seed=0):
    return np.random.default_rng(seed).uniform(0, 255, shape).astype("float32")


def test_any_two_sizes_in_one_call(small):
    sizes = [(32, 32), (33, 47), (70, 129), (100, 32)]
    for (height, width), other in zip(sizes, sizes[1:] + sizes[:1]):
        pair = {"image_a": random(2, height, width, 3), "image_b": random(2, *other, 3)}
        masks = small.predict(pair, verbose=0)
        assert masks["mask_a"].shape == (2, height, width, 1)
        assert masks["mask_b"].shape == (2, *other, 1)
        assert masks["mask_a"].dtype == np.float32
        assert 0 <= masks["mask_a"].min() <= masks["mask_a"].max() <= 1


def test_swapping_the_images_swaps_the_masks(model):
    one, two = random(1, 40, 50, 3), random(1, 64, 33, 3, seed=1)
    masks = model({"image_a": one, "image_b": two})
    swapped = model({"image_a": two, "image_b": one})
    np.testing.assert_array_equal(masks["mask_a"], swapped["mask_b"])
    np.testing.assert_array_equal(masks["mask_b"], swapped["mask_a"])


def test_a_batch_is_its_pairs(model):
    ones, twos = random(3, 48, 48, 3), random(3, 48, 64, 3, seed=1)
    together = model({"image_a": ones, "image_b": twos})["mask_a"]
    for index in range(3):
        rows = slice(index, index + 1)
        alone = model({"image_a": ones[rows], "image_b": twos[rows]})["mask_a"]
        np.testing.assert_allclose(together[rows], alone, atol=1e-5)


def test_bytes_are_the_floats(small):
    pair = {"image_a": random(1, 40, 40, 3), "image_b": random(1, 40, 40, 3, seed=1)}
    whole = {name: np.floor(image) for name, image in pair.items()}
    as_bytes = {name: image.astype(np.uint8) for name, image in whole.items()}
    floats, integers = small.predict(whole, verbose=0), small.predict(
        as_bytes, verbose=0
    )
    np.testing.assert_array_equal(floats["mask_a"], integers["mask_a"])


@pytest.mark.parametrize("build", MODELS)
def test_names_and_manners(build):
    arguments = inspect.signature(build).parameters
    assert arguments["weights"].default == MODELS[build]
    model = build(weights=None, input_shape=(64, 64, 3))
    assert model.name == arguments["name"].default
    names = "siamese_encoder pyramid_xcorr semantic_affinity mask_decoder verification"
    for layer in names.split():
        assert model.get_layer(layer).name == layer
    assert sorted(model.input) == ["image_a", "image_b"]
    assert [tensor.name for tensor in model.inputs] == ["image_a", "image_b"]
    assert sorted(model.output) == ["mask_a", "mask_b"]
    assert model.output["mask_a"].shape == (None, 64, 64, 1)


@pytest.mark.parametrize("build", MODELS)
def test_weights_that_do_not_exist_name_those_that_do(build):
    own = {CoSegEfficientNetLite2: "'coseg', 'coseg-v3', "}
    known = rf"one of \[{own.get(build, '')}'imagenet', None\]"
    foreign = "coseg-small" if build is CoSegEfficientNetLite2 else "coseg"
    for name in ("best.h5", "coseg-v9", foreign):
        with pytest.raises(ValueError, match=f"{known}.*Received: weights='{name}'"):
            build(weights=name)


@pytest.mark.parametrize("shape", [(16, 64, 3), (64, 64, 4), (64, 64)])
def test_wrong_shapes_are_named(shape):
    with pytest.raises(ValueError, match="`input_shape` must be"):
        CoSegMobileNetV2(weights=None, input_shape=shape)


def test_weights_from_a_path(model, tmp_path):
    model.save_weights(tmp_path / "my.weights.h5")
    again = CoSegMobileNetV2(weights=tmp_path / "my.weights.h5")
    for one, two in zip(model.get_weights(), again.get_weights()):
        np.testing.assert_array_equal(one, two)


def test_imagenet_means_the_backbone_alone(monkeypatch):
    asked = []
    monkeypatch.setattr(
        "tfcoseg.layers.SiameseEncoder.load_backbone",
        lambda self, weights: asked.append((self.backbone, weights)),
    )
    CoSegVGG16(weights="imagenet")
    assert asked == [("vgg16", "imagenet")]


def test_another_implementation_has_the_same_weights_and_masks(build, small):
    pair = {"image_a": random(2, 48, 48, 3), "image_b": random(2, 40, 56, 3, seed=1)}
    expected = small(pair)
    for implementation in ("vectorized_map", "fft", "depthwise"):
        other = build(implementation=implementation)
        assert other.get_layer("pyramid_xcorr").implementation == implementation
        np.testing.assert_allclose(other(pair)["mask_a"], expected["mask_a"], atol=1e-5)


@pytest.mark.slow
def test_fit_with_xla_is_fit_without(give_strength):
    pair = {"image_a": random(2, 32, 32, 3), "image_b": random(2, 32, 32, 3, seed=1)}
    truth = {name: np.ones((2, 32, 32, 1)) for name in ("mask_a", "mask_b")}
    losses = []
    for jit_compile in (False, True):
        model = CoSegMobileNetV2(
            weights=None,
            input_shape=(32, 32, 3),
            kernel_sizes=(3,),
            implementation="fft",
        )
        give_strength(model).get_layer("siamese_encoder").trainable = False
        model.compile("adam", "binary_crossentropy", jit_compile=jit_compile)
        losses.append(model.fit(pair, truth, epochs=4, verbose=0).history["loss"])
    np.testing.assert_allclose(*losses, rtol=1e-2)
    assert losses[0][-1] < losses[0][0]


def test_embedded_weights_have_a_name_of_their_own(coseg):
    """Not the model's, which is the user's to choose."""
    assert coseg.name == "coseg_efficientnet_lite2"
    mine = load_model("coseg", name="mine")
    assert mine.name == "mine"
    for one, two in zip(mine.get_weights(), coseg.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    with pytest.raises(ValueError, match="one of .'imagenet', None"):
        CoSegResNet50(weights="coseg", name="coseg_efficientnet_lite2")


def test_embedded_weights_are_calibrated(coseg):
    layer = coseg.get_layer("verification")
    assert 0 < float(layer.min_score) < 1 and float(layer.slope) > 0


@pytest.mark.parametrize("name", EMBEDDED_WEIGHTS)
def test_embedded_weights_are_small_and_hold_their_settings(name):
    file = embedded_weights_path(name)
    assert file.stat().st_size <= 12e6
    assert read_settings(file)["name"] == "coseg_efficientnet_lite2"
    dtypes = set()
    with h5py.File(file) as opened:
        opened.visititems(lambda _, x: dtypes.add(getattr(x, "dtype", None)))
    assert dtypes == {None, np.dtype("float16")}


@pytest.mark.parametrize("name", EMBEDDED_WEIGHTS)
def test_embedded_weights_are_what_their_card_says(name):
    file = embedded_weights_path(name)
    card = json.loads((WEIGHTS_FOLDER / f"{name}.json").read_text())
    assert card["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    expected = "name trained_on terms recipe command seed hours scores limits licence"
    assert set(expected.split()) <= set(card)
    assert set(card["terms"]) == set(card["trained_on"])


@pytest.mark.slow
def test_any_network_of_keras_applications_can_be_the_backbone():
    """Here one whose strides stay as they are, with features at a sixteenth."""
    model = CoSeg(
        "MobileNet",
        features="conv_pw_11_relu",
        descriptors="conv_pw_13_relu",
        skips=("conv_pw_5_relu", "conv_pw_3_relu"),
        filters=8,
        kernel_sizes=(3,),
        decoder_filters=(8, 8, 4),
    )
    pair = {"image_a": random(1, 64, 96, 3), "image_b": random(1, 70, 64, 3, seed=1)}
    masks = model(pair)
    assert masks["mask_a"].shape == (1, 64, 96, 1)
    assert masks["mask_b"].shape == (1, 70, 64, 1)


def test_a_model_of_ones_own_can_be_the_backbone(small, backbone, pair, tmp_path):
    """Its weights are used, and what is saved holds all of it."""
    trunk = small.get_layer("siamese_encoder").trunk
    for layer in filter(lambda layer: layer.weights, backbone.layers):
        of_both = zip(layer.weights, trunk.get_layer(layer.name).weights)
        for one, two in of_both:
            np.testing.assert_array_equal(one, two)
    small.save(tmp_path / "small.keras")
    again = keras.models.load_model(tmp_path / "small.keras")
    expected = small(pair)
    for name, mask in again(pair).items():
        np.testing.assert_array_equal(mask, expected[name])


def test_preprocess_input_does_nothing():
    image = random(1, 4, 4, 3)
    assert applications.preprocess_input(image) is image


def test_policy_is_that_of_keras():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = CoSegMobileNetV2(weights=None, input_shape=(32, 32, 3))
    finally:
        keras.config.set_dtype_policy("float32")
    trunk = model.get_layer("siamese_encoder").trunk
    assert trunk.get_layer("Conv1").compute_dtype == "bfloat16"
    pair = {"image_a": random(1, 32, 32, 3), "image_b": random(1, 32, 32, 3)}
    assert model.predict(pair, verbose=0)["mask_a"].dtype == np.float32
