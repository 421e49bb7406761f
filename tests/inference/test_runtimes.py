"""What a predictor accepts for a model."""

import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from tfcoseg.applications import CoSegMobileNetV2, save_weights
from tfcoseg.embedded import EMBEDDED_WEIGHTS
from tfcoseg.inference import Predictor
from tfcoseg.inference.keras_runtime import KerasRuntime
from tfcoseg.inference.model_paths import check_model_path
from tfcoseg.inference.runtimes import load_runtime


@pytest.mark.parametrize("ending", [".keras", ".weights.h5"])
def test_a_saved_model_gives_the_same_masks(ending, model, pictures, tmp_path):
    path = tmp_path / f"saved{ending}"
    model.save(path) if ending == ".keras" else save_weights(model, path)
    given = str(path) if ending == ".keras" else path
    result = Predictor(given, working_size=32).predict(*pictures[:2])
    expected = Predictor(model, working_size=32).predict(*pictures[:2])
    np.testing.assert_allclose(result.soft_mask_a, expected.soft_mask_a, atol=1e-5)


def test_an_engine_is_taken_as_it_is(model):
    runtime = KerasRuntime(model)
    assert load_runtime(runtime) is runtime


def test_encoding_is_in_inference_mode(model, pictures):
    """Batch normalisation neither uses nor learns the statistics of what it sees."""
    runtime = KerasRuntime(model)
    before = [weight.copy() for weight in model.get_weights()]
    together = runtime.encode(pictures[0])["features"]
    for weight, old in zip(model.get_weights(), before):
        np.testing.assert_array_equal(weight, old)
    np.testing.assert_array_equal(runtime.encode(pictures[0])["features"], together)


@pytest.mark.parametrize("model", [None, 3, ["coseg"], CoSegMobileNetV2])
def test_what_is_no_model(model):
    with pytest.raises(TypeError, match="must be a keras.Model .*'coseg'.*Received: "):
        load_runtime(model)


def test_a_model_of_another_kind():
    inputs = keras.Input((4,))
    model = keras.Model(
        inputs, keras.layers.Dense(1, name="dense")(inputs), name="other"
    )
    with pytest.raises(ValueError, match="siamese_encoder.*Received: 'other' .*dense"):
        load_runtime(model)


@pytest.mark.parametrize("ending", [".keras", ".weights.h5"])
def test_a_file_of_another_model(ending, tmp_path):
    inputs = keras.Input((4,))
    model = keras.Model(inputs, keras.layers.Dense(1)(inputs))
    path = tmp_path / f"other{ending}"
    model.save(path) if ending == ".keras" else model.save_weights(path)
    with pytest.raises(ValueError, match="Received: "):
        load_runtime(path)


def test_weights_without_their_settings_are_refused(model, tmp_path):
    model.save_weights(tmp_path / "plain.weights.h5")
    with pytest.raises(ValueError, match="settings of their model.*plain.weights.h5"):
        load_runtime(tmp_path / "plain.weights.h5")


@pytest.mark.parametrize("ending", [".keras", ".weights.h5"])
def test_a_damaged_file_is_named(ending, tmp_path):
    path = tmp_path / f"damaged{ending}"
    path.write_bytes(b"PK\x03\x04 nothing more")
    with pytest.raises(ValueError, match=f"Received: {path}: ") as caught:
        load_runtime(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["coseg", *EMBEDDED_WEIGHTS])
def test_names_of_embedded_weights_pass(name):
    check_model_path(name)


@pytest.mark.parametrize("name", ["imagenet", "COSEG", "model.h5", "model", ""])
def test_names_of_another_kind_do_not(name):
    with pytest.raises(ValueError, match="must be 'coseg'"):
        check_model_path(Path(name) if name.endswith("h5") else name)


def test_a_version_that_does_not_exist_names_those_that_do():
    newest = EMBEDDED_WEIGHTS[-1]
    with pytest.raises(ValueError, match=f"{newest}.*Received: .*coseg-v99"):
        check_model_path("coseg-v99")


def test_a_file_that_does_not_exist():
    with pytest.raises(FileNotFoundError, match="no such model file: here.keras"):
        check_model_path("here.keras")


def test_importing_the_predictor_imports_no_tensorflow():
    code = (
        "import sys; sys.modules.update(tensorflow=None, keras=None)\n"
        "import tfcoseg.inference, tfcoseg.inference.runtimes, tfcoseg.visualization"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True
    )
    assert answer.returncode == 0, answer.stderr


def test_without_tensorflow_the_error_names_what_is_needed(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(ImportError, match="pip install tensorflow keras.*tflite"):
        load_runtime("coseg", "tensorflow")
