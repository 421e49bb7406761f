"""Which engine answers, and that the embedded weights give the same with both."""

import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from tfcoseg import samples
from tfcoseg.cards import read_card
from tfcoseg.embedded import EMBEDDED_WEIGHTS, embedded_litert_path
from tfcoseg.inference import Predictor, engines
from tfcoseg.inference.engines import choose_engine, has_gpu
from tfcoseg.inference.keras_runtime import KerasRuntime
from tfcoseg.inference.stages import StagesRuntime


@pytest.fixture
def no_gpu(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")


@pytest.fixture
def driver(monkeypatch, tmp_path):
    """What /dev holds where there is a GPU."""
    (tmp_path / "nvidia0").touch()
    (tmp_path / "nvidiactl").touch()
    monkeypatch.setattr(engines, "Path", lambda name: tmp_path)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


@pytest.mark.parametrize(
    "name, engine", [("coseg", "litert"), ("x.tflite", "litert"), ("x.keras", None)]
)
def test_it_goes_by_the_model(name, engine, no_gpu):
    assert choose_engine(name) == (engine or "tensorflow")


def test_a_keras_model_is_tensorflows(model, no_gpu):
    assert choose_engine(model) == "tensorflow"


def test_either_may_be_asked_for_where_both_can(driver):
    assert choose_engine("coseg", "litert") == "litert"
    assert choose_engine("coseg", "tensorflow") == "tensorflow"


@pytest.mark.parametrize(
    "model, engine, message",
    [
        ("x.keras", "litert", "LiteRT runs 'coseg' and .tflite files.*x.keras"),
        ("folder", "litert", "LiteRT runs 'coseg'.*Received: folder"),
        ("x.tflite", "tensorflow", "LiteRT alone runs a .tflite file.*x.tflite"),
        ("coseg", "tflite", r"one of \['auto', .*Received: 'tflite'"),
    ],
)
def test_an_engine_that_does_not_fit(model, engine, message):
    for asked in (choose_engine, lambda *given: Predictor(given[0], engine=given[1])):
        with pytest.raises(ValueError, match=message):
            asked(model, engine)


def test_with_a_gpu_it_is_tensorflow(driver, monkeypatch):
    assert has_gpu() and choose_engine("coseg") == "tensorflow"
    for hidden in ("", "-1"):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
        assert not has_gpu() and choose_engine("coseg") == "litert"
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    assert has_gpu()


def test_without_litert_tensorflow_answers_and_a_line_says_so(no_gpu, monkeypatch):
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    with pytest.warns(UserWarning, match="TensorFlow answers.*pip install ai-edge"):
        assert choose_engine("coseg") == "tensorflow"


@pytest.mark.parametrize("name", EMBEDDED_WEIGHTS)
def test_the_litert_file_is_that_of_the_weights(name):
    path = embedded_litert_path(name)
    with zipfile.ZipFile(path) as packed:
        card = json.loads(packed.read("model_card.json"))
    assert card["name"] == name and card["sha256"] == read_card(name)["sha256"]
    assert path.stat().st_size <= 13e6


def test_both_find_the_same(no_gpu):
    pictures = samples.pair()
    lite, keras = (Predictor(engine=name) for name in ("litert", "tensorflow"))
    assert isinstance(lite.runtime, StagesRuntime)
    assert isinstance(keras.runtime, KerasRuntime)
    found, expected = lite.predict(*pictures), keras.predict(*pictures)
    for name in ("soft_mask_a", "soft_mask_b", "score"):
        one, other = getattr(found, name), getattr(expected, name)
        np.testing.assert_allclose(one, other, atol=1e-2)
    assert lite.runtime.min_score == pytest.approx(keras.runtime.min_score, abs=1e-6)
    # LiteRT explains its masks, too: by TensorFlow.
    levels = lite.explain(*pictures).levels_a, keras.explain(*pictures).levels_a
    for size, level in levels[0].items():
        other = levels[1][size]
        np.testing.assert_allclose(level, other, atol=0.02 * np.abs(other).max())


def test_the_command_imports_no_tensorflow(tmp_path):
    code = (
        "import sys; sys.modules.update(tensorflow=None, keras=None)\n"
        "from tfcoseg.cli.main import main; sys.exit(main())"
    )
    names = [str(path) for path in samples.pair()]
    command = [sys.executable, "-c", code, "segment", *names, "--output", str(tmp_path)]
    answer = subprocess.run(command, capture_output=True, text=True)
    assert (answer.returncode, answer.stderr) == (0, "")
    said = json.loads((tmp_path / "results.json").read_text())
    assert said["options"]["engine"] == "litert"
