import os
from pathlib import Path

import keras
import numpy as np
import pytest

from tfcoseg.layers.efficientnet_lite import EfficientNetLite, load_arrays

DATA, FOLDER = os.environ.get("TFCOSEG_DATA"), os.environ.get("TFCOSEG_WEIGHTS")
# Of each block: kernel size, stride, expansion, output channels.
BLOCKS = {
    "lite0": [
        *[(3, 1, 1, 16)],
        *[(3, 2, 6, 24), (3, 1, 6, 24)],
        *[(5, 2, 6, 40), (5, 1, 6, 40)],
        *[(3, 2, 6, 80), (3, 1, 6, 80), (3, 1, 6, 80)],
        *[(5, 1, 6, 112), (5, 1, 6, 112), (5, 1, 6, 112)],
        *[(5, 2, 6, 192), (5, 1, 6, 192), (5, 1, 6, 192), (5, 1, 6, 192)],
        *[(3, 1, 6, 320)],
    ],
    "lite2": [
        *[(3, 1, 1, 16)],
        *[(3, 2, 6, 24), (3, 1, 6, 24), (3, 1, 6, 24)],
        *[(5, 2, 6, 48), (5, 1, 6, 48), (5, 1, 6, 48)],
        *[(3, 2, 6, 88), (3, 1, 6, 88), (3, 1, 6, 88), (3, 1, 6, 88)],
        *[(5, 1, 6, 120), (5, 1, 6, 120), (5, 1, 6, 120), (5, 1, 6, 120)],
        *[(5, 2, 6, 208), (5, 1, 6, 208), (5, 1, 6, 208), (5, 1, 6, 208)],
        *[(5, 1, 6, 208), (3, 1, 6, 352)],
    ],
}


class Oracle:
    """The network in NumPy, of one image (height, width, 3) in -1..1."""

    def __init__(self, arrays):
        self.arrays = arrays

    def run(self, image, blocks):
        x = self.convolved(image, "stem", 2)
        for number, (size, stride, expansion, channels) in enumerate(blocks):
            name, shortcut = f"block_{number}", x
            if expansion > 1:
                x = self.convolved(x, f"{name}_expand")
                assert x.shape[-1] == expansion * shortcut.shape[-1]
            assert self.arrays[f"{name}_depthwise/kernel"].shape[:2] == (size, size)
            x = self.depthwise(x, f"{name}_depthwise", stride)
            x = self.convolved(x, f"{name}_project", activation=False)
            assert x.shape[-1] == channels
            if x.shape == shortcut.shape and stride == 1:
                x = x + shortcut
        return self.convolved(x, "head")

    def convolved(self, x, name, stride=1, activation=True):
        kernel = self.arrays[f"{name}/kernel"]
        # (size, size, inputs) of the image and (size, size, inputs, outputs).
        x = over_windows(x, len(kernel), stride, lambda w: np.tensordot(w, kernel, 3))
        return self.normalised(x, name, activation)

    def depthwise(self, x, name, stride):
        kernel = self.arrays[f"{name}/kernel"][..., 0]
        x = over_windows(x, len(kernel), stride, lambda w: (w * kernel).sum((0, 1)))
        return self.normalised(x, name)

    def normalised(self, x, name, activation=True):
        gamma, beta, mean, variance = (
            self.arrays[f"{name}_BN/{weight}"]
            for weight in ("gamma", "beta", "moving_mean", "moving_variance")
        )
        x = gamma * (x - mean) / np.sqrt(variance + 1e-3) + beta
        return np.minimum(np.maximum(x, 0), 6) if activation else x


def over_windows(x, size, stride, function):
    """`function` of each window, with zeros around as TensorFlow's SAME has them."""
    positions, padding = [], []
    for side in x.shape[:2]:
        positions.append(-(-side // stride))
        total = max((positions[-1] - 1) * stride + size - side, 0)
        padding.append((total // 2, total - total // 2))
    x = np.pad(x, [*padding, (0, 0)])
    rows = [
        [
            function(x[i * stride : i * stride + size, j * stride : j * stride + size])
            for j in range(positions[1])
        ]
        for i in range(positions[0])
    ]
    return np.array(rows)


def arrays_of(model):
    return {
        f"{layer.name}/{weight.name}": weight.numpy()
        for layer in model.layers
        for weight in layer.weights
    }


def randomized(model):
    """Weights for which every layer matters and no signal dies on its way."""
    generator = np.random.default_rng(0)
    for layer in model.layers:
        for weight in layer.weights:
            shape = weight.shape
            if weight.name == "kernel":
                depthwise = "depthwise" in layer.name
                inputs = np.prod(shape[:2] if depthwise else shape[:3])
                weight.assign(generator.normal(size=shape) * np.sqrt(2 / inputs))
            elif weight.name in ("gamma", "moving_variance"):
                weight.assign(generator.uniform(0.5, 1.5, shape))
            else:
                weight.assign(generator.normal(0, 0.1, shape))
    return model


def weights_file(variant):
    path = Path(FOLDER or "") / f"efficientnet_{variant}_notop.npz"
    if not path.is_file():
        pytest.skip(f"TFCOSEG_WEIGHTS names no folder with {path.name}")
    return path


def is_the_oracles(model, variant, tolerance=5e-5):
    image = np.random.default_rng(1).uniform(-1, 1, (33, 47, 3))
    expected = Oracle(arrays_of(model)).run(image, BLOCKS[variant])
    found = model(image[None].astype("f4"), training=False)[0].numpy()
    assert found.shape == (2, 2, 1280) and expected.std() > 0.01
    np.testing.assert_allclose(found, expected, atol=tolerance * expected.max())


@pytest.mark.parametrize("variant", BLOCKS)
def test_the_whole_network_is_the_oracles(variant):
    is_the_oracles(randomized(EfficientNetLite(variant)), variant)


@pytest.mark.parametrize("variant", BLOCKS)
def test_with_imagenet_weights_it_is_the_oracles(variant):
    is_the_oracles(EfficientNetLite(variant, weights_file(variant)), variant)


@pytest.mark.parametrize("variant", BLOCKS)
def test_the_files_hold_these_weights_and_no_others(variant):
    with np.load(weights_file(variant)) as arrays:
        assert set(arrays) == set(arrays_of(EfficientNetLite(variant)))


@pytest.mark.skipif(not DATA, reason="TFCOSEG_DATA does not name the real data")
def test_features_of_real_pictures_tell_their_kinds():
    """The nearest other picture mostly shows the same kind: by chance, one in 7."""
    folder = Path(DATA) / "msrc_coseg" / "images"
    if not folder.is_dir():
        pytest.skip("TFCOSEG_DATA holds no msrc_coseg")
    model = EfficientNetLite("lite0", weights_file("lite0"))
    kinds = ["aeroplane", "bird", "car", "cat", "cow", "dog", "sheep"]
    files = {kind: sorted((folder / kind).iterdir())[:6] for kind in kinds}
    images = [
        keras.utils.img_to_array(keras.utils.load_img(path, target_size=(160, 160)))
        for paths in files.values()
        for path in paths
    ]
    maps = model.predict(np.array(images) / 127.5 - 1, batch_size=8, verbose=0)
    pooled = maps.mean((1, 2))
    pooled -= pooled.mean(0)
    pooled /= np.linalg.norm(pooled, axis=1, keepdims=True)
    cosines = pooled @ pooled.T
    np.fill_diagonal(cosines, -1)
    right = cosines.argmax(1) // 6 == np.arange(42) // 6
    assert right.mean() > 0.8


def test_a_stem_and_a_head_and_names_as_mobilenetv2():
    model = EfficientNetLite("lite2", input_shape=(64, 96, 3), name="another")
    assert model.name == "another" and model.output_shape == (None, 2, 3, 1280)
    names = [layer.name for layer in model.layers]
    assert names[1:4] == ["stem", "stem_BN", "stem_relu"]
    assert names[-3:] == ["head", "head_BN", "head_relu"]
    assert "block_0_expand" not in names and "block_2_add" in names
    assert model.get_layer("block_2_add").output.shape == (None, 16, 24, 24)


def test_an_unknown_variant_is_named():
    with pytest.raises(ValueError, match="'lite0', 'lite2'.*variant='lite4'"):
        EfficientNetLite("lite4")


@pytest.fixture(scope="module")
def part():
    """The first layers only, which load from the same files."""
    model = EfficientNetLite("lite0")
    return keras.Model(model.input, model.get_layer("block_1_project_BN").output)


def test_weights_are_loaded_by_name(part, tmp_path):
    arrays = {key: array + 1 for key, array in arrays_of(part).items()}
    np.savez(tmp_path / "some.npz", **arrays, another=np.zeros(3))
    load_arrays(part, tmp_path / "some.npz")
    found = arrays_of(part)
    assert set(found) == set(arrays)
    for key, array in arrays.items():
        np.testing.assert_array_equal(found[key], array)


@pytest.mark.parametrize(
    "key, array, message",
    [
        ("stem_BN/beta", None, "an array stem_BN/beta of shape .32,.*no such array"),
        ("block_0_depthwise/kernel", np.zeros((3, 3, 16, 1)), "shape .3, 3, 32, 1.*16"),
        ("stem/kernel", np.array([None]), "a.npz"),
    ],
)
def test_arrays_that_do_not_fit_are_named(key, array, message, part, tmp_path):
    arrays = arrays_of(part)
    del arrays[key]
    np.savez(tmp_path / "a.npz", **arrays, **({} if array is None else {key: array}))
    with pytest.raises(ValueError, match=message):
        load_arrays(part, tmp_path / "a.npz")


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut off", "npy"])
def test_a_file_that_is_no_archive_is_an_error(content, part, tmp_path):
    path = tmp_path / "a.npz"
    if content == "npy":
        np.save(tmp_path / "a.npy", np.zeros(3))
        content = (tmp_path / "a.npy").read_bytes()
    path.write_bytes(content)
    with pytest.raises(ValueError, match="Expected an .npz file.*Received: .*a.npz"):
        load_arrays(part, path)


def test_a_missing_file_is_an_error(part, tmp_path):
    with pytest.raises(FileNotFoundError):
        load_arrays(part, tmp_path / "a.npz")
