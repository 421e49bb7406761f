"""Exported versions run outside of the environment that wrote them."""

import functools
import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tfcoseg import samples
from tfcoseg.inference.saved_model import run_signature

# Servers of these versions are in use. What 2.21 writes must run there.
OLDER = ["2.19.1", "2.20"]


@pytest.fixture(scope="module")
def load(exported):
    """Loads a version, each once."""
    return functools.cache(lambda version: tf.saved_model.load(exported / version))


def bytes_of_samples():
    names = zip(("image_a", "image_b"), samples.pair())
    return {name: np.array([path.read_bytes()], object) for name, path in names}


def inputs_of(signature, loaded):
    generator = np.random.default_rng(0)
    image = generator.integers(0, 256, (1, 65, 97, 3), np.uint8)
    if signature == "serve_bytes":
        return bytes_of_samples()
    if signature == "serving_default":
        return {"image_a": image, "image_b": image[:, :50, ::-1]}
    if signature == "encode":
        return {"image": image}
    encoded = run_signature(loaded, "encode", {"image": image})
    own = {name: encoded.pop(name) for name in ("embedding", "kernel")}
    if signature == "correlate":
        return own
    correlated = run_signature(loaded, "correlate", own)
    return {**correlated, **encoded, "size": np.array([65, 97], np.int32)}


def opened(content):
    return np.asarray(Image.open(io.BytesIO(content))).astype(int)


def assert_same(answer, expected):
    assert set(answer) == set(expected)
    for name, array in expected.items():
        if array.dtype == object:  # pictures, which libpng may pack in other ways
            pairs = zip(answer[name], array, strict=True)
            for one, other in (map(opened, pair) for pair in pairs):
                assert np.abs(one - other).max() <= 1
        else:
            np.testing.assert_allclose(answer[name], array, atol=1e-4)


@pytest.mark.parametrize(
    "version, signature",
    [
        ("1", "serving_default"),
        ("1", "serve_bytes"),
        ("1", "encode"),
        ("1", "correlate"),
        ("1", "decode"),
        ("2", "serve_bytes"),
    ],
)
def test_the_loader_and_session_of_a_server(
    version, signature, exported, load, run_c_api
):
    """Through TensorFlow's C API, which is what a server runs, without Python."""
    loaded = load(version)
    inputs = inputs_of(signature, loaded)
    (answer,) = run_c_api(exported / version, signature, inputs)
    assert_same(answer, run_signature(loaded, signature, inputs))


def test_the_c_api_says_what_is_wrong_with_a_picture(exported, run_c_api):
    inputs = bytes_of_samples()
    inputs["image_b"] = np.array([b"GIF89a"], object)
    with pytest.raises(RuntimeError, match="JPEG, PNG or BMP"):
        run_c_api(exported / "1", "serve_bytes", inputs)


@pytest.mark.slow
@pytest.mark.parametrize("version", OLDER)
def test_older_tensorflow_gives_the_same_masks(
    version, exported, load, run_python, request, new_environment, floors
):
    if version.startswith(floors["tensorflow"]):
        python = request.getfixturevalue("oldest")
    else:
        python = new_environment(f"tensorflow=={version}")
    for number, signature in (("1", "serving_default"), ("2", "serve_bytes")):
        loaded = load(number)
        inputs = inputs_of(signature, loaded)
        (answer,) = run_python(python, exported / number, signature, inputs)
        assert_same(answer, run_signature(loaded, signature, inputs))
