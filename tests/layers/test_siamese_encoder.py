import functools
import json
import math
import os
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfcoseg.layers import SiameseEncoder
from tfcoseg.layers.efficientnet_lite import EfficientNetLite


def stock_of(name, **arguments):
    return getattr(keras.applications, name)(**arguments, include_top=False)


# What builds the stock network, its last layer, and the module of its preprocessing.
STOCK = {
    "mobilenetv2": (
        functools.partial(stock_of, "MobileNetV2"),
        "out_relu",
        keras.applications.mobilenet_v2,
    ),
    "resnet50": (
        functools.partial(stock_of, "ResNet50"),
        "conv5_block3_out",
        keras.applications.resnet50,
    ),
    "vgg16": (
        functools.partial(stock_of, "VGG16"),
        "block5_conv3",
        keras.applications.vgg16,
    ),
    "efficientnet_lite0": (
        functools.partial(EfficientNetLite, "lite0"),
        "head_relu",
        keras.applications.mobilenet_v2,
    ),
    "efficientnet_lite2": (
        functools.partial(EfficientNetLite, "lite2"),
        "head_relu",
        keras.applications.mobilenet_v2,
    ),
}
WEIGHTS = {
    "mobilenetv2": "mobilenet_v2_1.0_224_notop_dequant.weights.h5",
    "efficientnet_lite0": "efficientnet_lite0_notop.npz",
    "efficientnet_lite2": "efficientnet_lite2_notop.npz",
}
SKIPS = {
    "mobilenetv2": ("block_5_add", "block_2_add"),
    "resnet50": ("conv3_block4_out", "conv2_block3_out"),
    "vgg16": ("block3_conv3", "block2_conv2"),
    "efficientnet_lite0": ("block_4_add", "block_2_add"),
    "efficientnet_lite2": ("block_6_add", "block_3_add"),
}


@pytest.fixture
def image():
    return np.random.default_rng(0).uniform(0, 255, (1, 224, 224, 3)).astype("float32")


def stock_features(stock, backbone, image):
    _, last, module = STOCK[backbone]
    prepared = module.preprocess_input(image.copy())
    output = stock.get_layer(last).output
    return keras.Model(stock.input, output)(prepared, training=False).numpy()


def save(stock, backbone, folder):
    """Writes the weights file that `load_backbone` reads; its path."""
    if backbone.startswith("efficientnet_lite"):
        arrays = {
            f"{layer.name}/{weight.name}": weight.numpy()
            for layer in stock.layers
            for weight in layer.weights
        }
        np.savez(folder / "stock.npz", **arrays)
        return str(folder / "stock.npz")
    stock.save_weights(folder / "stock.weights.h5")
    return str(folder / "stock.weights.h5")


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
    stock = randomized(STOCK[backbone][0](weights=None))
    follows_the_law(backbone, stock, save(stock, backbone, tmp_path), image)


@pytest.mark.parametrize("backbone", WEIGHTS)
def test_a_trous_law_with_imagenet_weights(backbone, image):
    path = Path(os.environ.get("TFCOSEG_WEIGHTS", "")) / WEIGHTS[backbone]
    if not path.is_file():
        pytest.skip(f"TFCOSEG_WEIGHTS names no folder with {WEIGHTS[backbone]}")
    if backbone == "mobilenetv2":
        stock = STOCK[backbone][0](weights=None, input_shape=(224, 224, 3))
        stock.load_weights(path)
    else:
        stock = STOCK[backbone][0](weights=path)
    follows_the_law(backbone, stock, str(path), image)


def follows_the_law(backbone, stock, path, image):
    expected = stock_features(stock, backbone, image)
    assert expected.std() > 0.01 * np.abs(expected).max() > 0
    dense = {}
    for stride in (16, 8):
        encoder = SiameseEncoder(backbone, stride, features=STOCK[backbone][1])
        encoder.load_backbone(path)
        dense[stride] = encoder.encode(image)[0].numpy()
        assert dense[stride].shape[1:3] == (224 // stride, 224 // stride)
    tolerance = {"atol": 1e-5 * np.abs(expected).max()}
    # VGG16 has stride 16 without its last pooling; pooling starts at even positions,
    # convolutions of stride 2 with SAME padding at odd ones (ResNet50 pads by itself).
    if backbone == "vgg16":
        np.testing.assert_allclose(dense[16], expected, **tolerance)
        np.testing.assert_allclose(dense[8][:, ::2, ::2], expected, **tolerance)
        return
    first = 0 if backbone == "resnet50" else 1
    every_second = (slice(None), slice(first, None, 2), slice(first, None, 2))
    np.testing.assert_allclose(dense[16][every_second], expected, **tolerance)
    np.testing.assert_allclose(dense[8][every_second], dense[16], **tolerance)


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
        ({"backbone": "vgg19"}, "constructor of keras.applications.*'vgg19'"),
        ({"backbone": "preprocess_input"}, "Received: backbone='preprocess_input'"),
        ({"backbone": None}, "Received: backbone=None"),
        ({"output_stride": 32}, "19 x 19 kernel.*Received: output_stride=32"),
        ({"skips": ("block_99_add",)}, "layers of .*mobilenetv2.*block_99_add"),
        ({"features": "top"}, "must be layers of .*Received: .'top'"),
        ({"features": ()}, "`features` must name at least one layer"),
        ({"descriptors": "top"}, "must be layers of .*Received: .'top'"),
        ({"branch_from": "top"}, "must be layers of .*Received: .'top'"),
        # A later layer, the features themselves, and one that a shortcut leads around.
        ({"features": "block_5_add", "branch_from": "block_6_expand"}, "before the f"),
        ({"features": "block_5_add", "branch_from": "block_5_add"}, "before the f"),
        (
            {"branch_from": "block_5_project_BN"},
            "`branch_from` must be a layer before.*branch_from='block_5_project_BN'",
        ),
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


def test_without_a_network_the_error_says_what_else_to_start_from(monkeypatch):
    def fail(weights, **_):
        raise Exception("URL fetch failure")

    encoder = SiameseEncoder("mobilenetv2")
    monkeypatch.setattr(keras.applications, "MobileNetV2", fail)
    with pytest.raises(OSError, match="--backbone-weights FILE.*URL fetch failure"):
        encoder.load_backbone("imagenet")


def test_weights_of_efficientnet_lite_cannot_be_downloaded():
    encoder = SiameseEncoder("efficientnet_lite0", features="block_2_add")
    with pytest.raises(OSError, match=".npz file as `backbone_weights`"):
        encoder.load_backbone("imagenet")


@pytest.fixture(scope="module")
def branched():
    return SiameseEncoder(
        "mobilenetv2",
        features=("block_12_add", "block_13_expand_relu"),
        skips=("block_5_add", "block_2_add"),
        descriptors="block_15_add",
        branch_from="block_5_add",
    )


def test_a_branch_is_a_second_copy_of_the_upper_layers(branched, tmp_path):
    keras.utils.set_random_seed(1)  # how much a change shows depends on the weights
    stock = randomized(STOCK["mobilenetv2"][0](weights=None))
    path = save(stock, "mobilenetv2", tmp_path)
    branched.load_backbone(path)
    plain = SiameseEncoder(
        "mobilenetv2", features=branched.features, skips=branched.skips
    )
    plain.load_backbone(path)
    image = np.random.default_rng(0).uniform(0, 255, (1, 65, 97, 3))
    *expected, _ = before = branched.encode(image)
    for one, two in zip(expected, plain.encode(image), strict=True):
        np.testing.assert_allclose(one, two, atol=1e-5 * np.abs(one).max())
    branched.branch.get_layer("block_6_expand").kernel.assign_add(
        np.ones((1, 1, 32, 192))
    )
    features, *rest = branched.encode(image)
    assert np.abs(features - before[0]).max() > 1e-3 * np.abs(features).max()
    for one, two in zip(rest, before[1:], strict=True):
        np.testing.assert_array_equal(one, two)


def test_with_a_frozen_trunk_only_the_branch_trains(branched):
    branched.trunk.trainable = False
    trained = {weight.path for weight in branched.trainable_weights}
    assert trained == {weight.path for weight in branched.branch.trainable_weights}
    assert any("block_6_expand" in path for path in trained)
    assert not any("block_5" in path for path in trained)
    branched.trunk.trainable = True


def test_with_descriptors_and_branch_it_is_saved_and_loaded(branched, tmp_path):
    inputs = [keras.Input((None, None, 3)) for _ in range(2)]
    model = keras.Model(inputs, branched(*inputs))
    images = np.random.default_rng(0).uniform(0, 255, (2, 1, 64, 97, 3))
    branched.adapt([images[0], images[1, :, :33]])
    expected = branched(*images)
    for before, name in ((model, "model.keras"), (branched, "encoder.weights.h5")):
        if name == "model.keras":
            model.save(tmp_path / name)
            after = keras.models.load_model(tmp_path / name)
            found = after(list(images))
        else:
            model.save_weights(tmp_path / name)
            other = SiameseEncoder.from_config(branched.get_config())
            keras.Model(inputs, other(*inputs)).load_weights(tmp_path / name)
            found = other(*images)
        pairs = zip(keras.tree.flatten(found), keras.tree.flatten(expected))
        for one, two in pairs:
            np.testing.assert_array_equal(one, two)


def test_shapes_with_descriptors_and_branch(branched):
    image = np.zeros((1, 65, 97, 3))
    shapes = branched.compute_output_shape(image.shape, (2, 33, 33, 3))
    assert shapes[0] == [tuple(each.shape) for each in branched.encode(image)]
    assert shapes[0][-1] == (1, 5, 7, 160)
    assert shapes[1][0] == (2, 3, 3, 96 + 576)


def test_descriptors_get_the_size_of_the_features():
    encoder = SiameseEncoder(
        "mobilenetv2", features="block_5_add", descriptors="block_7_add"
    )
    image = np.random.default_rng(0).uniform(0, 255, (1, 65, 97, 3)).astype("f4")
    encoder.adapt([image])
    features, descriptors = encoder.encode(image)
    shapes = encoder.compute_output_shape(image.shape, image.shape)[0]
    assert shapes == [features.shape, descriptors.shape]
    assert shapes == [(1, 9, 13, 32), (1, 9, 13, 64)]
    raw = encoder.trunk(image / 127.5 - 1)["block_7_add"]
    mean, variance = encoder.descriptor_mean, encoder.descriptor_variance
    scaled = (raw - mean) / np.sqrt(variance + 1e-6)
    np.testing.assert_allclose(
        descriptors, resized_units(scaled, features.shape), atol=1e-3
    )


def test_descriptors_are_normalised_by_what_adapt_has_seen(branched):
    blocks = np.random.default_rng(0).uniform(0, 255, (2, 4, 6, 3))
    images = [blocks.repeat(side, 1).repeat(side, 2) for side in (16, 31)]
    images = [image.astype("float32") for image in images]
    raw = [branched.trunk(image / 127.5 - 1)["block_15_add"] for image in images]
    flat = np.concatenate([np.array(x, "float64").reshape(-1, 160) for x in raw])
    branched.adapt(images)
    scaled = (raw[1] - flat.mean(0)) / np.sqrt(flat.var(0) + 1e-6)
    expected = scaled / np.linalg.norm(scaled, axis=-1, keepdims=True)
    found = branched.encode(images[1])[-1]
    np.testing.assert_allclose(found, expected, atol=1e-3)
    statistics = {"descriptor_mean", "descriptor_variance"}
    assert statistics == {w.name for w in branched.weights if "descriptor" in w.name}


def test_only_descriptors_can_be_adapted():
    with pytest.raises(ValueError, match="Only an encoder with `descriptors`"):
        SiameseEncoder("vgg16").adapt([np.zeros((1, 32, 32, 3))])


def test_layers_up_to_the_deepest_skip(branched):
    names = [layer.name for layer in branched.layers_up_to_skips()]
    assert names[-1] == "block_5_add" and "Conv1" in names
    assert not any(name.startswith("block_6") for name in names)
    with pytest.raises(ValueError, match="Only an encoder with `skips`"):
        SiameseEncoder("vgg16").layers_up_to_skips()


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_descriptors_are_normalised_in_float32(policy, branched):
    """Statistics of small values, whose squares do not fit into float16."""
    config = branched.get_config() | {"dtype": policy}
    half = SiameseEncoder.from_config(config)
    half.set_weights(branched.get_weights())
    image = np.random.default_rng(0).uniform(0, 255, (1, 64, 64, 3))
    half.descriptor_variance.assign(1e-6 * half.descriptor_variance)
    half.descriptor_mean.assign(np.zeros(160))
    found = half.encode(image)[-1]
    assert found.dtype == half.compute_dtype
    lengths = np.linalg.norm(np.array(found, "float32"), axis=-1)
    np.testing.assert_allclose(lengths, 1, atol=1e-2)


# Backbones whose strides stay as they are


def test_any_constructor_of_keras_applications(tmp_path):
    stock = randomized(keras.applications.MobileNet(weights=None, include_top=False))
    stock.save_weights(tmp_path / "stock.weights.h5")
    encoder = SiameseEncoder(
        "MobileNet", features="conv_pw_11_relu", skips=("conv_pw_5_relu",)
    )
    encoder.load_backbone(str(tmp_path / "stock.weights.h5"))
    image = np.random.default_rng(0).uniform(0, 255, (1, 97, 64, 3))
    names = "conv_pw_11_relu", "conv_pw_5_relu"
    maps = [stock.get_layer(name).output for name in names]
    expected = keras.Model(stock.input, maps)(image / 127.5 - 1, training=False)
    for one, two in zip(encoder.encode(image), expected, strict=True):
        np.testing.assert_allclose(one, two, atol=1e-5 * np.abs(two).max())
    again = SiameseEncoder.from_config(json.loads(json.dumps(encoder.get_config())))
    assert again.get_config() == encoder.get_config()


def test_a_constructor_with_preprocessing_of_its_own_gets_the_image():
    encoder = SiameseEncoder("EfficientNetV2B0", features="block5e_add")
    layers = encoder.trunk.layers
    rescaling = next(x for x in layers if isinstance(x, keras.layers.Rescaling))
    image = np.random.default_rng(0).uniform(0, 255, (1, 65, 64, 3)).astype("f4")
    seen = keras.Model(encoder.trunk.input, [rescaling.input, rescaling.output])
    given, rescaled = seen(image)
    np.testing.assert_array_equal(given, image)
    assert rescaled.numpy().max() <= 1
    assert encoder.encode(image)[0].shape == (1, 5, 4, 112)


def test_layers_without_names_of_their_own_get_their_weights(tmp_path):
    """Xception numbers some of its layers by how many there were before."""
    stock = keras.applications.Xception(weights=None, include_top=False)
    stock.save_weights(tmp_path / "stock.weights.h5")
    encoder = SiameseEncoder("Xception", features="block13_sepconv2_bn")
    encoder.load_backbone(str(tmp_path / "stock.weights.h5"))
    named = [layer.name for layer in encoder.trunk.layers]
    position = next(i for i, name in enumerate(named) if name.startswith("conv2d"))
    assert named[position] not in [layer.name for layer in stock.layers]
    own, other = encoder.trunk.layers[position], stock.layers[position]
    np.testing.assert_array_equal(own.get_weights()[0], other.get_weights()[0])


@pytest.mark.parametrize("stride", [8, 16])
def test_the_strides_of_features_are_checked(stride):
    message = f"with {stride} pixels per position.*'conv_pw_13_relu': 32"
    with pytest.raises(ValueError, match=message):
        SiameseEncoder("MobileNet", stride, features=("conv_pw_13_relu",))
    if stride == 8:
        with pytest.raises(ValueError, match="'conv_pw_11_relu': 16"):
            SiameseEncoder("MobileNet", stride, features="conv_pw_11_relu")


def test_features_of_less_than_the_output_stride_are_allowed():
    encoder = SiameseEncoder("MobileNet", 16, features="conv_pw_5_relu")
    assert encoder.encode(np.zeros((1, 64, 96, 3)))[0].shape == (1, 8, 12, 256)


def test_features_must_be_named_where_there_is_no_default():
    with pytest.raises(ValueError, match="at least one layer.*features=None"):
        SiameseEncoder("MobileNet")


# Models of one's own


def own_model(sequential=False):
    """Stride 16, with an operation that is no layer, and a top that is not needed."""
    keras.utils.set_random_seed(0)
    layers = [
        keras.layers.Rescaling(1 / 255),
        keras.layers.Conv2D(4, 3, 4, "same", activation="relu", name="first"),
        keras.layers.BatchNormalization(name="norm"),
        keras.layers.Conv2D(6, 5, 4, "same", name="second"),
        keras.layers.Conv2D(6, 3, 1, "same", activation="relu", name="third"),
        keras.layers.Conv2D(8, 1, 2, name="deep"),
    ]
    if sequential:
        return keras.Sequential([keras.Input((None, None, 3)), *layers], name="own")
    inputs = keras.Input((None, None, 3), name="photograph")
    x = inputs
    for layer in layers:
        x = layer(x + 0.5) if layer.name == "second" else layer(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    x = keras.layers.Dense(3, name="top")(x)
    return randomized(keras.Model({"photograph": inputs}, x, name="own"))


@pytest.fixture
def photograph():
    return np.random.default_rng(1).uniform(0, 255, (2, 65, 48, 3)).astype("f4")


def resized_units(maps, shape):
    """Unit vectors, interpolated between, and of unit length again; zeros stay."""

    def unit(maps):
        return maps / np.maximum(np.linalg.norm(maps, axis=-1, keepdims=True), 1e-6)

    return unit(tf.image.resize(unit(maps), shape[1:3]))


@pytest.mark.parametrize("sequential", [False, True])
def test_a_model_of_ones_own_is_used_with_its_weights(sequential, photograph):
    own = own_model(sequential)
    encoder = SiameseEncoder(own, features="third", skips=("norm",), descriptors="deep")
    names = "third", "norm", "deep"
    maps = [own.get_layer(name).output for name in names]
    expected = keras.Model(own.inputs[0], maps)(photograph, training=False)
    found = encoder.encode(photograph)
    np.testing.assert_allclose(found[0], expected[0], atol=1e-5)
    np.testing.assert_allclose(found[1], expected[1], atol=1e-5)
    deep = resized_units(expected[2], found[0].shape)
    np.testing.assert_allclose(found[2], deep, atol=1e-4)
    assert not any("top" in weight.path for weight in encoder.weights)


def test_a_model_of_ones_own_is_copied(photograph):
    own = own_model()
    encoder = SiameseEncoder(own, features="third", branch_from="norm")
    expected = encoder.encode(photograph)[0]
    encoder.branch.get_layer("second").kernel.assign_add(np.ones((5, 5, 4, 6)))
    assert np.abs(encoder.encode(photograph)[0] - expected).max() > 1
    again = SiameseEncoder(own, features="third", branch_from="norm")
    np.testing.assert_array_equal(again.encode(photograph)[0], expected)


def test_a_model_of_ones_own_is_part_of_the_config(photograph, tmp_path):
    own = own_model()
    own.compile("sgd", lambda truth, found: found)  # which no config can hold
    arguments = {"features": ("third", "second"), "skips": ("first",)}
    arguments |= {"descriptors": "deep", "branch_from": "norm"}
    encoder = SiameseEncoder(own, **arguments)
    config = json.dumps(encoder.get_config())
    again = SiameseEncoder.from_config(json.loads(config))
    assert json.dumps(again.get_config()) == config
    again.set_weights(encoder.get_weights())
    inputs = [keras.Input((None, None, 3)) for _ in range(2)]
    model = keras.Model(inputs, keras.tree.flatten(encoder(*inputs)))
    model.save(tmp_path / "model.keras")
    model.export(tmp_path / "exported", verbose=False)
    loaded = keras.models.load_model(tmp_path / "model.keras")
    expected = encoder(photograph, photograph[:, ::2])
    for results in (
        again(photograph, photograph[:, ::2]),
        loaded([photograph, photograph[:, ::2]]),
    ):
        pairs = zip(keras.tree.flatten(results), keras.tree.flatten(expected))
        for one, two in pairs:
            np.testing.assert_array_equal(one, two)


def test_weights_files_for_a_model_of_ones_own(photograph, tmp_path):
    own, other = own_model(), own_model()
    other.get_layer("second").kernel.assign_add(np.ones((5, 5, 4, 6)))
    other.save_weights(tmp_path / "other.weights.h5")
    encoder = SiameseEncoder(own, features="third", branch_from="norm")
    encoder.load_backbone(str(tmp_path / "other.weights.h5"))
    expected = SiameseEncoder(other, features="third").encode(photograph)[0]
    np.testing.assert_allclose(encoder.encode(photograph)[0], expected, rtol=1e-5)
    with pytest.raises(ValueError, match="a model of your own.*'imagenet'"):
        encoder.load_backbone("imagenet")


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_a_model_of_ones_own_keeps_its_dtype_policy(policy, photograph):
    own = own_model()
    half = SiameseEncoder(own, features="third", branch_from="norm", dtype=policy)
    expected = SiameseEncoder(own, features="third").encode(photograph)[0]
    found = half.encode(photograph)[0]
    assert found.dtype == half.compute_dtype
    assert half.branch.get_layer("second").compute_dtype == "float32"
    np.testing.assert_array_equal(found, keras.ops.cast(expected, half.compute_dtype))


def test_a_model_of_fixed_size():
    inputs = keras.Input((96, 64, 3))
    x = keras.layers.Conv2D(4, 16, 16, name="patches")(inputs)
    own = keras.Model(inputs, keras.layers.Conv2D(4, 2, 2, name="deep")(x))
    encoder = SiameseEncoder(own, features="patches")
    assert encoder.encode(np.zeros((1, 96, 64, 3)))[0].shape == (1, 6, 4, 4)
    with pytest.raises(ValueError, match="'deep': 32"):
        SiameseEncoder(own, features="deep")


class Subclassed(keras.Model):
    def call(self, image):
        return image


def of_two_images():
    inputs = [keras.Input((None, None, 3)) for _ in range(2)]
    return keras.Model(inputs, keras.layers.Add()(inputs))


def of_four_channels():
    return keras.Sequential([keras.Input((None, None, 4)), keras.layers.ReLU()])


@pytest.mark.parametrize("build", [Subclassed, of_two_images, of_four_channels])
def test_a_model_of_ones_own_must_take_one_image(build):
    with pytest.raises(ValueError, match="functional or sequential model with one inp"):
        SiameseEncoder(build(), features="x")


def test_layers_of_a_model_of_ones_own_are_named_in_errors():
    with pytest.raises(ValueError, match="backbone own.*'third'.*Received: .'x'"):
        SiameseEncoder(own_model(), features="x")
