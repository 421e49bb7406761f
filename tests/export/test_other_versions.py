"""Other versions of TensorFlow, and its C API, do what this one does.

In one file, since a file is one worker's: an environment with another TensorFlow is
made once.
"""

import functools
import io
import subprocess

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tfcoseg import samples
from tfcoseg.cli.main import main
from tfcoseg.inference.partners import partner_of
from tfcoseg.inference.saved_model import run_signature
from tfcoseg.inference.stages import STAGES, StagesRuntime

# Servers of these versions are in use. What 2.21 writes must run there.
OLDER = ["2.19.1", "2.20"]

# What the package is for, in one script.
WORK = """
import sys
import keras, numpy as np, tensorflow as tf
from tfcoseg.applications import CoSegMobileNetV2
from tfcoseg.cli.main import main
from tfcoseg.losses import CoSegLoss
from tfcoseg.metrics import BinaryIoU

assert main(["segment", *sys.argv[1:], "--output", "oldest"]) == 0

model = CoSegMobileNetV2(weights=None, kernel_sizes=(3, 4))
model.get_layer("siamese_encoder").trainable = False
images = np.random.default_rng(0).uniform(0, 255, (2, 64, 48, 3))
pair = {"image_a": images, "image_b": images[:, ::-1, :40]}
truth = {"mask_a": np.ones((2, 64, 48, 1)), "mask_b": np.ones((2, 64, 40, 1))}
metrics = {name: [BinaryIoU()] for name in truth}
model.compile("adam", CoSegLoss(), metrics=metrics)
assert np.isfinite(model.fit(pair, truth, verbose=0).history["loss"]).all()
model.save("model.keras")
again = keras.models.load_model("model.keras")
first, second = model(pair), again(pair)
for name in truth:
    assert first[name].shape == truth[name].shape
    np.testing.assert_allclose(first[name], second[name], atol=1e-5)
print(tf.__version__, keras.__version__)
"""


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
    asked = {}

    def run(name, inputs):
        asked[name] = inputs
        return run_signature(loaded, name, inputs)

    runtime = StagesRuntime({name: functools.partial(run, name) for name in STAGES})
    own = runtime.encode(image[0])
    partner = partner_of(runtime, own, generator.uniform(size=(30, 20)))
    _, found = runtime.decode(runtime.correlate(own, partner), own, (65, 97))
    runtime.score(np.stack([found, found]), found[None])
    return asked[signature]


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
        ("1", "refer"),
        ("1", "correlate"),
        ("1", "decode"),
        ("1", "verify"),
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


@pytest.mark.slow
def test_segment_fit_and_reload_with_the_oldest_that_is_allowed(
    oldest, floors, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    pictures = [str(path) for path in samples.pair()]
    answer = subprocess.run(
        [oldest, "-c", WORK, *pictures], capture_output=True, text=True, timeout=600
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    finding, versions = answer.stdout.splitlines()
    assert finding.startswith("common object: ")
    for version, floor in zip(versions.split(), floors.values(), strict=True):
        assert version.startswith(floor + ".")
    assert main(["segment", *pictures, "--output", "newest"]) == 0
    for name in ("sheep_meadow_mask.png", "sheep_coast_mask.png"):
        old, new = (
            np.asarray(Image.open(tmp_path / folder / name)) > 0
            for folder in ("oldest", "newest")
        )
        assert old.any()
        assert (old & new).sum() >= 0.99 * (old | new).sum()
