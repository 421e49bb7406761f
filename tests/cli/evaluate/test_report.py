"""What `tfcoseg evaluate` writes and keeps: report, cache, working sizes."""

import json

import pytest

from tfcoseg.cli.main import main

MASKS, EXAMPLES = 12, 6


@pytest.fixture
def finished(brightness, monkeypatch):
    """Counts finished masks; the one with the number in `stop` is interrupted."""
    from tfcoseg.inference.results import Find

    class Finished:
        count, stop = 0, None

    real = Find.finish

    def finish(*args, **kwargs):
        if Finished.count == Finished.stop:
            raise KeyboardInterrupt
        Finished.count += 1
        return real(*args, **kwargs)

    monkeypatch.setattr(Find, "finish", finish)
    return Finished


@pytest.fixture
def evaluate(data, tmp_path, finished):
    """Runs the command with weights without a card; returns how many were finished."""
    weights = tmp_path / "unknown.weights.h5"
    weights.write_bytes(b"not looked into")

    def run(*arguments, code=0):
        finished.count = 0
        command = ["evaluate", "--data", data, "--weights", weights]
        command += ["--pairs", "all", "--size", "33", *arguments]
        assert main([str(word) for word in command]) == code
        return finished.count

    return run


def results(folder):
    figures = json.loads((folder / "results.json").read_text())
    return {k: v for k, v in figures.items() if k not in ("seconds", "options")}


def test_report_has_curves_and_pictures(evaluate, tmp_path, capsys):
    out = tmp_path / "out"
    evaluate("--output", out, "--sizes", "65,49")
    printed = capsys.readouterr().out
    assert "working size  J images  J groups  J pooled" in printed
    figures = results(out)
    assert [row["working_size"] for row in figures["sizes"]] == [33, 49, 65]
    assert figures["sizes"][0]["J"] == figures["overall"]["J"]
    curve = figures["thresholds"]
    assert curve["images"][9] == figures["overall"]["J"]["images"]
    page = (out / "report.html").read_text(encoding="utf-8")
    assert f"{figures['overall']['J']['images']:.1f}" in page
    assert page.count("<figure>") == EXAMPLES and "<span>65,49</span>" in page


def test_interrupted_command_resumes(evaluate, finished, tmp_path):
    out, whole = tmp_path / "out", tmp_path / "whole"
    finished.stop = 7
    assert evaluate("--output", out, "--sizes", "65", code=130) == 7
    assert not (out / "results.json").exists()
    finished.stop = None
    missing = (MASKS - 7) + EXAMPLES + MASKS
    assert evaluate("--output", out, "--sizes", "65") == missing
    assert evaluate("--output", whole, "--sizes", "65") == 2 * MASKS + EXAMPLES
    assert results(out) == results(whole)
    assert evaluate("--output", out, "--sizes", "65", "--overwrite") == EXAMPLES
    assert results(out) == results(whole)


def test_a_table_alone_leaves_no_files_unless_a_cache_is_given(evaluate, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    assert evaluate() == MASKS
    assert sorted(tmp_path.rglob("*")) == before
    cache = tmp_path / "kept" / "here"
    assert evaluate("--cache", cache) == MASKS
    assert evaluate("--cache", cache) == 0
    assert len(list(cache.iterdir())) == 1
    assert evaluate("--cache", cache, "--threshold", "0.6") == MASKS


def test_cache_that_is_a_file_is_an_error(evaluate, tmp_path, capsys):
    (tmp_path / "kept").write_text("mine")
    evaluate("--cache", tmp_path / "kept", code=1)
    assert "kept" in capsys.readouterr().err


@pytest.mark.parametrize("sizes", ["31,65", "a", "65,", "65,2049"])
def test_sizes_that_are_none(evaluate, capsys, sizes):
    with pytest.raises(SystemExit, match="^2$"):
        evaluate("--sizes", sizes)
    assert "whole number, at least 32 and at most 2048" in capsys.readouterr().err
