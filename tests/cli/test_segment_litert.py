"""`tfcoseg segment` with a LiteRT file."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from tfcoseg import samples
from tfcoseg.cli.main import main

pytest.importorskip("ai_edge_litert", reason="needs ai-edge-litert")

PICTURES = [str(path) for path in samples.pair()]
NAMES = ("sheep_meadow_mask.png", "sheep_coast_mask.png")


@pytest.fixture(scope="module")
def weights(litert_file):
    return str(litert_file("float32").path)


def masks(folder):
    return [np.asarray(Image.open(folder / name)) for name in NAMES]


def test_it_is_quiet_and_imports_no_tensorflow(weights, tmp_path):
    code = (
        "import sys; sys.modules.update(tensorflow=None, keras=None)\n"
        "from tfcoseg.cli.main import main; sys.exit(main())"
    )
    options = ["--weights", weights, "--output", str(tmp_path), "--threads", "1"]
    command = [sys.executable, "-c", code, "segment", *PICTURES, *options]
    answer = subprocess.run(command, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    assert answer.stderr == ""
    assert answer.stdout.startswith("common object: ")
    assert all(mask.any() for mask in masks(tmp_path))


def test_the_masks_are_those_of_keras(weights, tmp_path):
    engines = {"lite": ["--weights", weights], "keras": ["--engine", "tensorflow"]}
    for name, options in engines.items():
        output = ["--output", str(tmp_path / name), "--size", "193", "--quiet"]
        assert main(["segment", *PICTURES, *output, *options]) == 0
    for one, other in zip(masks(tmp_path / "lite"), masks(tmp_path / "keras")):
        assert np.mean(one != other) < 1e-4


@pytest.mark.parametrize(
    "options, message",
    [
        ("--engine litert --weights mine.keras", "LiteRT runs 'coseg' and .tflite fi"),
        ("--engine tensorflow --weights x.tflite", "LiteRT alone runs a .tflite file"),
        ("--weights absent.tflite", "no such model file: absent.tflite"),
    ],
)
def test_what_does_not_fit(options, message, no_network, tmp_path, capsys):
    output = ["--output", str(tmp_path / "new")]
    assert main(["segment", *PICTURES, *output, *options.split()]) == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_an_unknown_engine_is_a_usage_error(capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["segment", *PICTURES, "--engine", "tflite"])
    assert exit_.value.code == 2
    assert "choose from" in capsys.readouterr().err


def test_explain_says_what_to_do(weights, tmp_path, capsys):
    options = ["--weights", weights, "--explain", "--size", "65"]
    assert main(["segment", *PICTURES, "--output", str(tmp_path), *options]) == 1
    assert "Use the Keras model" in capsys.readouterr().err
    assert not any(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_loaded_leaves_no_folder(tmp_path, capsys):
    (tmp_path / "short.tflite").write_bytes(b"TFL3")
    options = ["--weights", str(tmp_path / "short.tflite")]
    assert main(["segment", *PICTURES, "--output", str(tmp_path / "x"), *options]) == 1
    err = capsys.readouterr().err
    assert "LiteRT file as `tfcoseg export litert` writes it. Received: " in err
    assert err.count("\n") == 1 and not (tmp_path / "x").exists()


def test_without_tensorflow_the_error_holds_the_cure(tmp_path):
    code = (
        "import sys; sys.modules.update(tensorflow=None, keras=None)\n"
        "from tfcoseg.cli.main import main; sys.exit(main())"
    )
    command = [sys.executable, "-c", code, "segment", *PICTURES]
    command += ["--output", str(tmp_path / "x"), "--engine", "tensorflow"]
    answer = subprocess.run(command, capture_output=True, text=True)
    assert answer.returncode == 1 and answer.stderr.count("\n") == 1
    assert "pip install tensorflow keras" in answer.stderr
    assert "--weights x.tflite" in answer.stderr
