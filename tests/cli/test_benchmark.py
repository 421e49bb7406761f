import json

import pytest

from tfcoseg import benchmark
from tfcoseg.cli.main import main


@pytest.fixture
def tiny(monkeypatch):
    """The correlation at a tiny shape: the command as it is would take minutes."""
    real = benchmark.compare_with_literal
    monkeypatch.setattr(
        benchmark, "compare_with_literal", lambda repeats: real(repeats, 2, 5, 2)
    )


def test_table_and_json(tiny, tmp_path, capsys):
    path = tmp_path / "new" / "figures.json"
    arguments = "benchmark --only correlation --repeats 1 --output".split()
    assert main([*arguments, str(path)]) == 0
    printed = capsys.readouterr()
    assert "tensorflow: " in printed.out
    assert "correlation 2 x 5 x 5 x 2, forward and backward" in printed.out
    figures = json.loads(path.read_text())
    assert figures["options"]["repeats"] == 1
    assert figures["machine"]["cores"] >= 1
    first = figures["comparisons"][0]
    assert first["verdict"] in ("PASS", "MISS")
    assert first["timings"]["auto"]["rounds"] == 1


def test_pipeline_without_data_is_not_measured(capsys):
    assert main("benchmark --only pipeline".split()) == 0
    assert "not measured" in capsys.readouterr().out


def test_existing_file_is_not_replaced_unasked(tiny, tmp_path, capsys):
    path = tmp_path / "figures.json"
    path.write_text("mine")
    arguments = "benchmark --only correlation --repeats 1 --output".split()
    assert main([*arguments, str(path)]) == 1
    assert "--overwrite" in capsys.readouterr().err
    assert path.read_text() == "mine"
    assert main([*arguments, str(path), "--overwrite", "--quiet"]) == 0
    assert "measured" not in capsys.readouterr().err
    assert "comparisons" in json.loads(path.read_text())


def test_unknown_part_is_a_usage_error(capsys):
    with pytest.raises(SystemExit) as exit_:
        main("benchmark --only speed".split())
    assert exit_.value.code == 2
    assert "choose from" in capsys.readouterr().err
