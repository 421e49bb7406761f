"""The command; what it calls is tested on its own."""

import argparse
import json
import re

import pytest

from tfcoseg import ablate
from tfcoseg.cli import ablate as command


def parse(*arguments):
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(list(map(str, arguments)))


@pytest.fixture
def called(monkeypatch):
    """What `run` is called with, instead of training."""
    calls = []

    def run(*args, **kwargs):
        calls.append((args, kwargs))
        print("a progress bar")
        if args[5] is not None:
            figures = {"held out": {"J": 71.23}, "seen kinds": {"J": None}}
            seconds = {"training": 60.0, "judging": 5.0}
            args[5]({"cell": "base", "seed": 1, "figures": figures, "seconds": seconds})
        return []

    monkeypatch.setattr(ablate, "run", run)
    return calls


def test_defaults_are_those_of_the_settings(called, capsys):
    line = ("--data", "a", "b", "--output", "o")
    assert command.run(parse(*line)) == 0
    (output, settings, cells, seeds, *_), _ = called[0]
    assert settings == ablate.Settings(data=("a", "b"))
    assert (str(output), cells, seeds) == ("o", None, (0,))
    captured = capsys.readouterr()
    assert "a progress bar" in captured.err and "bar" not in captured.out
    assert "base, seed 1: J held out 71.2; 65 s\n" in captured.err
    assert command.run(parse(*line, "--quiet")) == 0
    captured = capsys.readouterr()
    assert captured.err == "" and "bar" not in captured.out


def test_every_setting_has_an_option(called):
    values = {
        "data": ["d"],
        "validation": ["v", "w"],
        "skip_first": 3,
        "validation_share": 0.3,
        "void": 255,
        "backbone_weights": "b.npz",
        "size": 321,
        "views": 2,
        "steps": 7,
        "batch_size": 4,
        "learning_rate": 0.01,
        "weight_decay": 0.02,
    }
    line = ["--output", "o", "--cells", "base,no-skips", "--seeds", "0,2"]
    for name, value in values.items():
        many = value if isinstance(value, list) else [value]
        line += [f"--{name.replace('_', '-')}", *many]
    assert command.run(parse(*line)) == 0
    (_, settings, cells, seeds, *_), _ = called[0]
    values["void_value"] = values.pop("void")
    expected = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    assert settings == ablate.Settings(**expected)
    assert not [k for k, v in expected.items() if v == getattr(ablate.Settings, k, 0)]
    assert (cells, seeds) == (["base", "no-skips"], (0, 2))


def test_list_names_every_cell(capsys):
    assert command.run(parse("--list")) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [cell.name for cell in ablate.CELLS]
    assert "(beside no-skips)" in "".join(lines)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ([], "pass --output DIR"),
        (["--output", "o"], "pass --data DIR"),
        (["--output", "o", "--claims", "centre"], "pass --validation DIR"),
        (["--output", "o", "--claims", "cost", "--markdown"], "--claims without"),
    ],
)
def test_what_is_missing_is_named(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=message):
        command.run(parse(*arguments))


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--seeds", "0,x"], "must be a whole number"),
        (["--claims", "beauty"], "invalid choice: 'beauty'"),
        (["--steps", "0"], "at least 1"),
        (["--learning-rate", "nan"], "0 or more"),
        (["--weight-decay", "-1"], "0 or more"),
    ],
)
def test_wrong_command_lines(arguments, message, capsys):
    with pytest.raises(SystemExit, match="2"):
        parse(*arguments)
    assert message in capsys.readouterr().err


def test_figures_of_the_cost_are_printed_and_kept(monkeypatch, tmp_path, capsys):
    of = dict.fromkeys(
        "forward_ms training_ms peak_mb kept_mb multiply_adds".split(), 2.0
    )
    rows = [{"side": 3, "correlation": of, "non_local": of | {"peak_mb": None}}]
    monkeypatch.setattr("tfcoseg.ablate.cost.compare_cost", lambda **_: rows)
    line = ["--claims", "cost", "--output", tmp_path, "--repeats", "2"]
    assert command.run(parse(*line)) == 0
    assert "M multiply-adds          2.0        2.0   1.00" in capsys.readouterr().out
    content = json.loads((tmp_path / "claims-cost.json").read_text())
    assert content["maps"] == rows and content["repeats"] == 2
    with pytest.raises(FileExistsError, match="--overwrite"):
        command.run(parse(*line))
    assert command.run(parse(*line, "--overwrite")) == 0


def test_figures_of_the_centre_are_printed_and_kept(
    monkeypatch, validation, tmp_path, capsys
):
    of = {"right": 12.5, "right_on_object": 50.0}
    calls = []

    def measure_peaks(*given):
        calls.append(given)
        return {"pictures": 6, "rows": {"own energy": of}}

    monkeypatch.setattr("tfcoseg.ablate.peaks.measure_peaks", measure_peaks)
    monkeypatch.setattr("tfcoseg.applications.load_model", lambda weights: weights)
    line = f"--claims centre --validation {validation} --skip-first 2 --size 64 --quiet"
    assert command.run(parse(*line.split(), "--output", tmp_path)) == 0
    assert "own energy             12.5" in capsys.readouterr().out
    ((weights, records, size, _),) = calls
    assert (weights, len(records), size) == ("coseg", 6, 64)
    content = json.loads((tmp_path / "claims-centre.json").read_text())
    assert content["pictures"] == 6
    assert re.match("coseg-v[0-9]+, sha256 ", content["weights"])
    assert content["data"] == ["others"] and content["rows"] == {"own energy": of}


def test_the_examples_of_the_help_are_command_lines():
    examples = [
        line.split()[2:] for line in command.HELP.splitlines() if "tfcoseg" in line
    ]
    assert len(examples) == 5
    for example in examples:
        args = parse(*example)
        assert args.list or args.output
