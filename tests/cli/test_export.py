"""The command export: its formats, and what it says of mistakes."""

import json
import re
import sys

import pytest

from tfcoseg.applications import save_weights
from tfcoseg.cli.export import FORMATS
from tfcoseg.cli.main import main


@pytest.mark.parametrize("format_", FORMATS)
def test_help_of_each_format_without_tensorflow(format_, capsys, monkeypatch):
    for heavy in ("tensorflow", "keras"):
        monkeypatch.setitem(sys.modules, heavy, None)
    with pytest.raises(SystemExit, match="^0$"):
        main(["export", format_, "--help"])
    out = capsys.readouterr().out
    assert out.startswith(f"usage: tfcoseg export {format_}")
    assert f"  tfcoseg export {format_} " in out and "--weights" in out


def test_a_format_is_wanted(capsys):
    with pytest.raises(SystemExit, match="^2$"):
        main(["export"])
    assert "arguments are required: FORMAT" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="^2$"):
        main(["export", "coreml", "file"])
    assert "invalid choice: 'coreml'" in capsys.readouterr().err


@pytest.fixture
def no_model(monkeypatch):
    """Fails the test if the command gets as far as loading a model."""

    def load(name):
        raise AssertionError("a model was loaded")

    monkeypatch.setattr("tfcoseg.inference.keras_runtime.load_keras_model", load)


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    "weights, complaint",
    [
        ("coseg-v99", "must be 'coseg' .*Received: 'coseg-v99'"),
        ("missing.keras", "There is no such model file: missing.keras"),
        ("other.tflite", "must be 'coseg'.*Received: 'other.tflite'"),
    ],
)
def test_weights_that_cannot_be(
    format_, weights, complaint, no_model, tmp_path, capsys
):
    target = tmp_path / f"out.{'tflite' if format_ == 'litert' else format_}"
    assert main(["export", format_, str(target), "--weights", weights]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and err.startswith("tfcoseg export: error: ")
    assert re.search(complaint, err)
    assert not target.exists()


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        (["--batching", "server"], "invalid choice: 'server'"),
        (["--size", "31"], "at least 32"),
        (["--max-pixels", "0"], "at least 1"),
    ],
)
def test_options_of_savedmodel_that_cannot_be(arguments, complaint, capsys):
    with pytest.raises(SystemExit, match="^2$"):
        main(["export", "savedmodel", "models", *arguments])
    assert complaint in capsys.readouterr().err


def test_a_file_where_the_folder_should_be(no_model, tmp_path, capsys):
    (tmp_path / "models").write_text("mine")
    assert main(["export", "savedmodel", str(tmp_path / "models")]) == 1
    assert "cannot be written to" in capsys.readouterr().err
    assert (tmp_path / "models").read_text() == "mine"


@pytest.mark.slow
def test_savedmodel_writes_the_next_version(model, tmp_path, capsys):
    save_weights(model, tmp_path / "mine.weights.h5")
    (tmp_path / "mine.json").write_text('{"trained_on": ["pets"]}')
    folder = tmp_path / "models"
    (folder / "6").mkdir(parents=True)
    arguments = ["--weights", str(tmp_path / "mine.weights.h5"), "--size", "64"]
    arguments += ["--max-pixels", "9000", "--batching", "in-graph"]
    assert main(["export", "savedmodel", str(folder), *arguments]) == 0
    printed = capsys.readouterr()
    assert printed.out == f"{folder / '7'}\n"
    assert printed.err == "exporting, and trying what was exported\n"
    extra = folder / "7" / "assets.extra"
    card = json.loads((extra / "model_card.json").read_text())
    assert card["name"] == "mine" and card["trained_on"] == ["pets"]
    about = json.loads((extra / "signatures.json").read_text())
    settings = about["working_size"], about["max_pixels"], about["batching"]
    assert settings == (64, 9000, "in-graph")
