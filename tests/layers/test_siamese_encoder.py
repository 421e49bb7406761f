import math
import os
from pathlib import Path

import keras
import numpy as np
import pytest

from tfcoseg.layers import SiameseEncoder

WEIGHTS = "mobilenet_v2_1.0_224_notop_dequant.weights.h5"
STOCK = {
    "mobilenetv2": (keras.applications.MobileNetV2, "out_relu"),
    "resnet50": (keras.applications.ResNet50, "conv5_block3_out"),
    "vgg16": (keras.applications.VGG16, "block5_conv3"),
}
SKIPS = {
    "mobilenetv2": ("block_5_add", "block_2_add"),
    "resnet50": ("conv3_block4_out", "conv2_block3_out"),
    "vgg16": ("block3_conv3", "block2_conv2"),
}


@pytest.fixture
def image():
    return np.random.default_rng(0).uniform(0, 255, (1, 224, 224, 3)).astype("float32")


def stock_features(stock, backbone, image):
    module = getattr(
        keras.applications,
        {"mobilenetv2": "mobilenet_v2"}.get(backbone, backbone),
    )
    output = stock.get_layer(STOCK[backbone][1]).output
    prepared = module.preprocess_input(image.copy())
    return keras.Model(stock.input, output)(prepared, training=False).numpy()


def randomized(stock):
    """Weights of a usual size, so that every layer matters and no map is constant."""
    generator = np.random.default_rng(0)
    for layer in stock.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            channels = layer.gamma.shape
            layer.set_weights(
                [
                    generator.uniform(0.5, 1.5, channels),
                    generator.normal(0, 0.1, channels),
                    generator.normal(0, 0.1, channels),
                    generator.uniform(0.5, 1.5, channels),
                ]
            )
    return stock


@pytest.mark.parametrize("backbone", STOCK)
def test_a_trous_law(backbone, image, tmp_path):
    """Every second position of the denser map is the stock network's map."""
    build, last = STOCK[backbone]
    stock = randomized(build(weights=None, include_top=False))
    stock.save_weights(tmp_path / "stock.weights.h5")
    expected = stock_features(stock, backbone, image)
    dense = {}
    for stride in (16, 8):
        encoder = SiameseEncoder(backbone, stride, features=last)
        encoder.load_backbone(str(tmp_path / "stock.weights.h5"))
        dense[stride] = encoder.encode(image)[0].numpy()
        assert dense[stride].shape[1:3] == (224 // stride, 224 // stride)
    tolerance = {"atol": 1e-5 * np.abs(expected).max()}
    # VGG16 has stride 16 without its last pooling; pooling starts at even positions,
    # convolutions of stride 2 with SAME padding at odd ones (ResNet50 pads by itself).
    if backbone == "vgg16":
        np.testing.assert_allclose(dense[16], expected, **tolerance)
        np.testing.assert_allclose(dense[8][:, ::2, ::2], expected, **tolerance)
        return
    first = 1 if backbone == "mobilenetv2" else 0
    every_second = (slice(None), slice(first, None, 2), slice(first, None, 2))
    np.testing.assert_allclose(dense[16][every_second], expected, **tolerance)
    np.testing.assert_allclose(dense[8][every_second], dense[16], **tolerance)


def test_a_trous_law_with_imagenet_weights(image):
    path = Path(os.environ.get("TFCOSEG_WEIGHTS", "")) / WEIGHTS
    if not path.is_file():
        pytest.skip(f"TFCOSEG_WEIGHTS names no folder with {WEIGHTS}")
    stock = keras.applications.MobileNetV2(
        weights=None, include_top=False, input_shape=(224, 224, 3)
    )
    stock.load_weights(path)
    encoder = SiameseEncoder(features="out_relu")
    encoder.load_backbone(str(path))
    expected = stock_features(stock, "mobilenetv2", image)
    dense = encoder.encode(image)[0]
    np.testing.assert_allclose(
        dense[:, 1::2, 1::2], expected, atol=1e-5 * expected.max()
    )


@pytest.mark.parametrize("backbone", STOCK)
@pytest.mark.parametrize("stride", [8, 16])
def test_size_of_the_features(backbone, stride):
    encoder = SiameseEncoder(backbone, stride, skips=SKIPS[backbone])
    shapes = encoder.compute_output_shape((1, 513, 513, 3), (1, 65, 97, 3))
    strides = [stride, 4, 2] if backbone == "vgg16" else [stride, 8, 4]
    for maps, image in zip(shapes, ((513, 513), (65, 97))):
        for single, its_stride in zip(maps, strides):
            rounded = math.floor if backbone == "vgg16" else math.ceil
            expected = tuple(rounded(side / its_stride) for side in image)
            assert single[1:3] == expected
    assert encoder.encode(np.zeros((1, 65, 97, 3)))[0].shape == shapes[1][0]


def test_photographs_of_any_number_type_go_in():
    encoder = SiameseEncoder("vgg16")
    image = np.random.default_rng(0).integers(0, 256, (1, 32, 48, 3), np.uint8)
    expected = encoder.encode(image.astype("float32"))[0]
    np.testing.assert_array_equal(encoder.encode(image)[0], expected)


def test_batch_normalisation_stays_in_inference_mode():
    encoder = SiameseEncoder()
    image = np.random.default_rng(0).uniform(0, 255, (2, 64, 64, 3))
    before = [weight.copy() for weight in encoder.get_weights()]
    training = encoder(image, image, training=True)[0][0]
    np.testing.assert_array_equal(training, encoder(image, image)[0][0])
    for old, new in zip(before, encoder.get_weights()):
        np.testing.assert_array_equal(old, new)


def test_imagenet_weights_are_those_of_keras_applications(monkeypatch):
    """Up to the download itself."""
    asked = []
    build = keras.applications.MobileNetV2

    def downloading(weights, **arguments):
        asked.append((weights, arguments))
        return build(weights=None, **arguments)

    encoder = SiameseEncoder()
    monkeypatch.setattr(keras.applications, "MobileNetV2", downloading)
    before = encoder.trunk.get_layer("Conv1").get_weights()[0].copy()
    encoder.load_backbone("imagenet")
    assert asked == [("imagenet", {"include_top": False, "input_shape": (224, 224, 3)})]
    assert np.abs(encoder.trunk.get_layer("Conv1").get_weights()[0] - before).max() > 0


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"backbone": "alexnet"}, "one of .*'vgg16'.*Received: backbone='alexnet'"),
        ({"output_stride": 32}, "19 x 19 kernel.*Received: output_stride=32"),
        ({"skips": ("block_99_add",)}, "must be layers of MobileNetV2.*block_99_add"),
        ({"features": "top"}, "must be layers of MobileNetV2"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        SiameseEncoder(**arguments)


def test_several_features_are_concatenated_and_the_rest_is_cut_off():
    names = ("block_13_expand_relu", "block_12_add")
    encoder = SiameseEncoder("mobilenetv2", features=names, skips=("block_5_add",))
    single = SiameseEncoder("mobilenetv2", skips=names)
    for layer in filter(lambda layer: layer.weights, encoder.trunk.layers):
        layer.set_weights(single.trunk.get_layer(layer.name).get_weights())
    image = np.random.default_rng(0).uniform(0, 255, (1, 65, 97, 3))
    features, skip = encoder.encode(image)
    expected = np.concatenate(single.encode(image)[1:], axis=-1)
    np.testing.assert_allclose(features, expected, rtol=1e-4, atol=1e-5)
    assert encoder.compute_output_shape((1, 65, 97, 3), (2, 65, 97, 3)) == (
        [(1, 5, 7, 672), (1, 9, 13, 32)],
        [(2, 5, 7, 672), (2, 9, 13, 32)],
    )
    assert skip.shape == (1, 9, 13, 32)
    assert not any(layer.name.startswith("block_14") for layer in encoder.trunk.layers)


def test_no_features_at_all_are_refused():
    with pytest.raises(ValueError, match="at least one layer"):
        SiameseEncoder("mobilenetv2", features=())


def test_without_a_network_the_error_says_what_else_to_start_from(monkeypatch):
    def fail(weights, **_):
        raise Exception("URL fetch failure")

    encoder = SiameseEncoder("mobilenetv2")
    monkeypatch.setattr(keras.applications, "MobileNetV2", fail)
    with pytest.raises(OSError, match="--backbone-weights FILE.*URL fetch failure"):
        encoder.load_backbone("imagenet")
