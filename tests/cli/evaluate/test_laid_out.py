"""What a builder left out, or found fewer of, is told of whenever it is evaluated."""

import html
import json
import sys
import warnings
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from tfcoseg.cli.evaluate_inputs import prepare_folder
from tfcoseg.cli.main import main
from tfcoseg.evaluate.benchmarks import find_benchmark

EXPECTED = [f"{group}: expected 100 pictures" for group in ("airplane", "car", "horse")]


@pytest.fixture
def manual(tmp_path):
    """The Internet set with three pictures of each kind; one is no picture."""
    generator = np.random.default_rng(0)
    for folder in ("Airplane100", "Car100", "Horse100"):
        root = tmp_path / "manual/Data" / folder
        (root / "GroundTruth").mkdir(parents=True)
        for index in range(3):
            pixels = generator.integers(0, 255, (40, 50, 3), "uint8")
            Image.fromarray(pixels).save(root / f"{index}.jpg")
            mask = np.zeros((40, 50), "uint8")
            mask[5:15, 5:20] = 255
            Image.fromarray(mask).save(root / "GroundTruth" / f"{index}.png")
    (tmp_path / "manual/Data/Car100/1.jpg").write_bytes(b"no picture")
    return tmp_path / "manual"


@pytest.fixture
def evaluate(unseen, brightness, tmp_path, capsys):
    """Runs the command; returns what it told, and its figures."""

    def run(*options, code=1):
        out = ["--output", tmp_path / "out", "--overwrite", "--quiet", "--size", 33]
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            command = ["evaluate", "--weights", unseen, *out, *options]
            assert main(list(map(str, command))) == code
        assert not [w for w in caught if "internet_coseg" in str(w.message)]
        results = json.loads((tmp_path / "out/results.json").read_text())
        return capsys.readouterr(), results

    return run


def check(printed, results):
    told = [line for line in printed.err.splitlines() if "Car100/1.jpg" in line]
    assert told == results["left_out"] and len(told) == 1
    assert "builder.py" not in printed.err and "Warning" not in printed.err
    for line in EXPECTED:
        assert printed.err.count(f"not as published: {line}") == 1
        assert sum(line in found for found in results["differences"]) == 1
    assert "left out: 1 file or group that cannot be used" in printed.out
    assert "not as published: 3 numbers of this set" in printed.out


def test_problems_of_the_builder_are_kept_and_told_each_time(
    manual, evaluate, tmp_path
):
    options = "--dataset", "internet_coseg", "--data-dir", tmp_path / "tfds"
    for more in (("--manual-dir", manual), ()):
        printed, results = evaluate(*options, *more)
        check(printed, results)
        reasons = [row["reasons"] for row in results["published"]]
        assert reasons and all("other pictures" in of for of in reasons)
        page = html.unescape((tmp_path / "out/report.html").read_text())
        assert results["left_out"][0] in page and EXPECTED[0] in page
    folder = tmp_path / "tfds/coseg_folders/internet_coseg"
    check(*evaluate("--data", folder))


def test_other_warnings_are_plain_lines(monkeypatch, tmp_path, capsys):
    def as_folder(*_):
        warnings.warn("internet_coseg/1.0.0, test: told of later", stacklevel=1)
        warnings.warn("the disk is slow", stacklevel=1)
        return tmp_path

    datasets = SimpleNamespace(as_folder=as_folder, FOLDER_VOID=128)
    monkeypatch.setitem(sys.modules, "tfcoseg.datasets", datasets)
    args = SimpleNamespace(quiet=True, data_dir=tmp_path, manual_dir=None)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert prepare_folder(args, find_benchmark("internet_coseg")) == tmp_path
    assert capsys.readouterr().err == "the disk is slow\n"
