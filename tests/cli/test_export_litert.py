import re

import numpy as np
import pytest
from PIL import Image

from tfcoseg.cards import read_card
from tfcoseg.cli.main import main
from tfcoseg.export import litert


@pytest.fixture
def calls(monkeypatch):
    """What the command asks `export_litert` for, which does nothing here."""
    found = []

    def export(model, path, precision, **options):
        found.append({"model": model, "path": path, "precision": precision, **options})
        mean_iou = None if precision == "float32" else 0.9876
        return litert.Exported(path, 4_321_000, mean_iou)

    monkeypatch.setattr(litert, "export_litert", export)
    monkeypatch.setattr(
        "tfcoseg.inference.keras_runtime.load_keras_model",
        lambda name: f"model of {name}",
    )
    return found


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "pictures" / "images" / "cat"
    folder.mkdir(parents=True)
    for index in range(2):
        Image.new("RGB", (40, 30), (index, 0, 0)).save(folder / f"{index}.png")
    return str(tmp_path / "pictures")


def test_what_is_written_is_said(calls, tmp_path, capsys):
    path = tmp_path / "new" / "coseg.tflite"
    assert main(["export", "litert", str(path), "--precision", "float16"]) == 0
    printed = f"{path}: 4.32 MB, mean IoU 0.988 with the float32 masks\n"
    assert capsys.readouterr().out == printed
    assert main(["export", "litert", str(path)]) == 0
    assert capsys.readouterr().out == f"{path}: 4.32 MB\n"
    assert main(["export", "litert", str(path), "--quiet"]) == 0
    assert capsys.readouterr().out == ""
    assert [call["precision"] for call in calls] == ["float16", "float32", "float32"]
    assert calls[0]["model"] == "model of coseg"
    assert calls[0]["card"] == read_card("coseg")
    assert "statistics" not in calls[0] and "pairs" not in calls[0]


def test_int8_takes_the_recorded_statistics(calls, tmp_path):
    path = str(tmp_path / "x.tflite")
    assert main(["export", "litert", path, "--precision", "int8"]) == 0
    assert calls[0]["statistics"]["ranges"]


def test_pictures_to_calibrate_and_to_compare(calls, pictures, tmp_path):
    path = str(tmp_path / "x.tflite")
    options = ["--precision", "int8", "--calibrate", pictures, "--gate", pictures]
    assert main(["export", "litert", path, *options]) == 0
    assert "statistics" not in calls[0]
    for name in ("calibration_pairs", "pairs"):
        ((a, b),) = calls[0][name]
        assert a.shape == b.shape == (321, 321, 3)
        assert np.unique(b[..., 0]).tolist() == [1]


def test_a_file_is_not_replaced_unasked(calls, tmp_path, capsys):
    path = tmp_path / "x.tflite"
    path.write_text("mine")
    assert main(["export", "litert", str(path)]) == 1
    assert "--overwrite" in capsys.readouterr().err
    assert not calls
    assert main(["export", "litert", str(path), "--overwrite"]) == 0
    assert calls[0]["overwrite"] is True


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["x.lite"], "must end in .tflite"),
        (["x.tflite", "--weights", "y.tflite"], "must be 'coseg'"),
        (
            ["x.tflite", "--precision", "float16", "--gate", "nowhere"],
            "images/<group>/. Received: nowhere",
        ),
    ],
)
def test_what_cannot_be(arguments, message, calls, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["export", "litert", *arguments]) == 1
    assert message in capsys.readouterr().err
    assert not calls


def test_an_unknown_precision_is_a_usage_error(capsys):
    with pytest.raises(SystemExit) as exit_:
        main("export litert x.tflite --precision int4".split())
    assert exit_.value.code == 2
    assert "choose from" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options, complaint",
    [
        ("--calibrate {here}", "--calibrate is for .*Received: --precision float32"),
        ("--precision float16 --calibrate {here}", "Received: --precision float16"),
        ("--gate {here}", "--gate compares .*Received: --precision float32"),
        ("--precision int8 --gate {here}", "holds images/<group>/. Received: "),
        ("--precision dynamic --calibrate none", "holds images/<group>/. Received: no"),
    ],
)
def test_what_would_be_found_late(options, complaint, calls, tmp_path, capsys):
    options = options.format(here=tmp_path).split()
    assert main(["export", "litert", str(tmp_path / "x.tflite"), *options]) == 1
    assert re.search(complaint, capsys.readouterr().err)
    assert not calls


def test_a_folder_of_the_files_name(calls, tmp_path, capsys):
    (tmp_path / "x.tflite").mkdir()
    arguments = ["export", "litert", str(tmp_path / "x.tflite"), "--overwrite"]
    assert main(arguments) == 1
    assert "x.tflite is a folder, where a file is to be" in capsys.readouterr().err
    assert not calls
