"""Every public layer and model faces every question; one that is not here fails."""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfcoseg import applications, layers
from tfcoseg.applications.settings import settings_of
from tfcoseg.layers import (
    MaskDecoder,
    PyramidXCorr,
    SemanticAffinity,
    SiameseEncoder,
    Verification,
)


def random(*shape):
    return np.random.default_rng(0).uniform(0, 255, shape).astype("float32")


def random_units(*shape):
    centred = random(*shape) - 127.5
    return centred / np.linalg.norm(centred, axis=-1, keepdims=True)


# A layer of non-default arguments, and inputs of odd and unequal sizes.
LAYERS = {
    PyramidXCorr: (
        {
            "filters": 6,
            "kernel_sizes": (3, 4),
            "normalization": "kernel",
            "implementation": "depthwise",
            "level_weights": "learned",
        },
        lambda: (
            random(2, 7, 5, 4),
            random(2, 6, 9, 4),
            random(2, 31, 40, 1),
            random(2, 9, 9, 1),
        ),
    ),
    SemanticAffinity: (
        {"top": 3, "chunk_size": 4},
        lambda: (
            random_units(2, 7, 5, 4),
            random_units(2, 6, 9, 4),
            random(2, 31, 40, 1),
            random(2, 9, 9, 1),
        ),
    ),
    SiameseEncoder: (
        {
            "backbone": "vgg16",
            "output_stride": 8,
            "features": "block4_conv3",
            "skips": ("block2_conv2",),
            "descriptors": "block5_conv3",
            "branch_from": "block3_conv3",
        },
        lambda: (random(1, 35, 49, 3), random(1, 40, 33, 3)),
    ),
    MaskDecoder: (
        {"filters": (6, 4), "context": 1},
        lambda: (
            random(2, 3, 5, 4),
            [random(2, 3, 5, 7), random(2, 6, 9, 3)],
            random(2, 45, 71, 3),
            random(2, 3, 5, 4),
        ),
    ),
    Verification: (
        {},
        lambda: (
            random_units(2, 3, 5, 4),
            random_units(2, 6, 4, 4),
            random(2, 45, 71, 1) / 255,
            random(2, 90, 63, 1) / 255,
        ),
    ),
}
WITHOUT_TRAINING = {SemanticAffinity, Verification}
MODELS = {
    applications.CoSegMobileNetV2: {
        "output_stride": 8,
        "features": ("block_16_project_BN",),
        "normalization": "kernel",
    },
    applications.CoSeg: {
        "backbone": "efficientnet_lite0",
        "features": "block_10_add",
        "decoder_filters": (8,),
    },
    applications.CoSegEfficientNetLite0: {"kernel_sizes": (5,), "rounds": 1},
    applications.CoSegEfficientNetLite2: {"normalization": "position"},
    applications.CoSegResNet50: {"kernel_sizes": (3, 5)},
    applications.CoSegVGG16: {"kernel_sizes": (4,), "implementation": "depthwise"},
}

each_layer = pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.__name__)
each_model = pytest.mark.parametrize("build", MODELS, ids=lambda build: build.__name__)


def make(layer, **more):
    arguments, inputs = LAYERS[layer]
    # With other weights a slope may be close to 0, and its relative error large.
    keras.utils.set_random_seed(0)
    return layer(**arguments, **more), inputs()


def shapes_of(structure):
    return [tuple(x.shape) for x in keras.tree.flatten(structure)]


def symbolic(inputs, batch=None):
    """Keras inputs of unknown height and width."""
    unknown = (None, None)
    return keras.tree.map_structure(
        lambda x: keras.Input((*unknown, x.shape[-1]), batch_size=batch), inputs
    )


def test_every_public_symbol_has_a_row():
    assert set(LAYERS) == {x for x in vars(layers).values() if inspect.isclass(x)}
    functions = {x for x in vars(applications).values() if inspect.isfunction(x)}
    others = "load_model", "preprocess_input", "save_weights"
    assert set(MODELS) == functions - {vars(applications)[name] for name in others}


@each_layer
def test_config_round_trip(layer):
    original, _ = make(layer, name="another_name")
    again = layer.from_config(original.get_config())
    assert again.get_config() == original.get_config()
    assert again.name == "another_name"
    for name, value in LAYERS[layer][0].items():
        assert getattr(again, name) == value
        assert inspect.signature(layer).parameters[name].default != value


@each_layer
def test_constructor_arguments_are_in_the_config(layer):
    parameters = inspect.signature(layer).parameters
    named = {name for name, p in parameters.items() if p.kind is not p.VAR_KEYWORD}
    original, _ = make(layer)
    assert named <= original.get_config().keys()
    assert all(hasattr(original, name) for name in named)


@each_layer
def test_declared_shape_is_symbolic_is_real(layer):
    tested, inputs = make(layer)
    expected = shapes_of(tested(*inputs))
    shapes = keras.tree.map_structure(lambda x: tuple(x.shape), list(inputs))
    declared = tested.compute_output_shape(*shapes)
    assert _shape_leaves(declared) == expected
    specs = keras.tree.map_structure(
        lambda x: keras.KerasTensor(x.shape, "float32"), list(inputs)
    )
    assert shapes_of(tested.compute_output_spec(*specs)) == expected


def _shape_leaves(structure):
    """The shapes in a structure of lists and tuples of shapes."""
    if all(isinstance(side, int) or side is None for side in structure):
        return [tuple(structure)]
    return [leaf for part in structure for leaf in _shape_leaves(part)]


@each_layer
def test_saved_and_loaded_it_is_the_same(layer, tmp_path):
    tested, inputs = make(layer)
    ports = symbolic(list(inputs))
    model = keras.Model(keras.tree.flatten(ports), tested(*ports))
    flat = keras.tree.flatten(inputs)
    expected = keras.tree.flatten(model(flat))
    model.save(tmp_path / "layer.keras")
    loaded = keras.models.load_model(tmp_path / "layer.keras")
    for one, two in zip(expected, keras.tree.flatten(loaded(flat))):
        np.testing.assert_array_equal(one, two)


@each_layer
@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision(layer, policy):
    tested, inputs = make(layer, dtype=policy)
    half = policy.removeprefix("mixed_")
    assert {x.dtype.name for x in keras.tree.flatten(tested(*inputs))} == {half}
    assert all(weight.dtype == "float32" for weight in tested.weights)
    # Containers aside, which only hand on what their layers compute.
    inner = [part for part in tested._flatten_layers() if hasattr(part, "kernel")]
    assert all(part.compute_dtype == half for part in inner)


@each_layer
def test_gradients_are_the_numeric_ones(layer):
    """Along a random direction through all weights; without any, through the inputs."""
    tested, inputs = make(layer)
    tested(*inputs)
    generator = np.random.default_rng(1)
    weights = [weight.value for weight in tested.trainable_weights]
    if layer in WITHOUT_TRAINING:
        assert not weights
        inputs = keras.tree.map_structure(tf.Variable, inputs)
        weights = keras.tree.flatten(inputs)
    direction = [generator.normal(size=w.shape).astype("float32") for w in weights]
    scale = 1e-3 / float(np.sqrt(sum((step**2).sum() for step in direction)))

    def value():
        outputs = keras.tree.flatten(tested(*inputs))
        return sum(
            tf.reduce_mean(tf.sin(tf.cast(x, tf.float64) / norm)) for x in outputs
        )

    norm = max(
        float(tf.reduce_max(abs(x))) for x in keras.tree.flatten(tested(*inputs))
    )
    with tf.GradientTape() as tape:
        result = value()
    gradients = tape.gradient(result, weights, unconnected_gradients="zero")
    assert all(np.isfinite(gradient).all() for gradient in gradients)
    slope = sum(
        float((g * step).numpy().sum()) for g, step in zip(gradients, direction)
    )

    def moved(sign):
        for weight, step in zip(weights, direction):
            weight.assign_add(sign * scale * step)
        return float(value())

    numeric = (moved(1) - moved(-2)) / (2 * scale)
    assert slope == pytest.approx(numeric, rel=0.05)
    assert abs(slope) > 0


@pytest.mark.parametrize(
    "layer",
    [layer for layer in LAYERS if layer not in WITHOUT_TRAINING],
    ids=lambda layer: layer.__name__,
)
def test_a_step_of_fit_lowers_the_loss(layer):
    tested, inputs = make(layer)
    ports = symbolic(list(inputs))
    model = keras.Model(keras.tree.flatten(ports), tested(*ports))
    flat = keras.tree.flatten(inputs)
    targets = [np.ones(shape, "float32") for shape in shapes_of(model(flat))]
    targets = targets if len(targets) > 1 else targets[0]
    model.compile(keras.optimizers.Adam(1e-3), "mae")
    losses = model.fit(flat, targets, epochs=6, verbose=0).history["loss"]
    assert losses[-1] < losses[0]


@each_model
def test_model_keeps_its_arguments_and_masks(build, tmp_path, give_strength):
    model = give_strength(build(weights=None, **MODELS[build]))
    pair = {"image_a": random(1, 45, 50, 3), "image_b": random(1, 33, 64, 3)}
    expected = model(pair)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    for name in expected:
        np.testing.assert_array_equal(expected[name], loaded(pair)[name])
    kept = settings_of(loaded)
    for name, value in MODELS[build].items():
        # The others change no weights.
        if name in ("implementation", "rounds"):
            continue
        assert kept[name] == value
    declared = model.compute_output_shape(
        {name: image.shape for name, image in pair.items()}
    )
    for name in expected:
        assert tuple(declared[name]) == expected[name].shape


@pytest.mark.slow
@each_model
def test_model_fits_and_swaps(build, give_strength):
    needed = MODELS[build] if build is applications.CoSeg else {}
    model = build(weights=None, input_shape=(None, 48, 3), **needed)
    model = give_strength(model)
    one, two = random(1, 33, 48, 3), random(1, 40, 48, 3)
    masks = model({"image_a": one, "image_b": two})
    swapped = model({"image_a": two, "image_b": one})
    np.testing.assert_array_equal(masks["mask_a"], swapped["mask_b"])
    assert masks["mask_b"].shape == (1, 40, 48, 1)
    model.get_layer("siamese_encoder").trainable = False
    model.compile(keras.optimizers.Adam(1e-3), "binary_crossentropy")
    truth = {name: np.ones_like(mask) for name, mask in masks.items()}
    pair = {"image_a": one, "image_b": two}
    losses = model.fit(pair, truth, epochs=4, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
