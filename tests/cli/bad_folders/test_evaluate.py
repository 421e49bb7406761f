"""What is wrong with a folder earns a line of an evaluation; the rest is judged."""

import json
import os
from pathlib import Path

import numpy as np
from PIL import Image

from tfcoseg.cli.main import main
from tfcoseg.evaluate import evaluate_folder
from tfcoseg.inference import Encoded, Find


class Guess:
    """Takes everything for the object."""

    working_size, threshold, min_score = 33, 0.5, 0.0

    def encode(self, path):
        height, width = np.asarray(Image.open(path)).shape[:2]
        return Encoded({"kernel": np.ones(1)}, (height, width))

    def find(self, encoded, references=None):
        return [Find(np.ones((33, 33), np.float32), 1.0, one.size) for one in encoded]


def test_what_is_wrong_is_named_once(root, spoiled):
    evaluation = evaluate_folder(Guess(), root)
    (line,) = evaluation.problems
    assert spoiled.said in line and line.isprintable()
    judged = [judgement.comparison.record for judgement in evaluation.judgements]
    assert {(r.group, r.name) for r in judged} == spoiled.left


def test_the_report_counts_them(root, spoil, tmp_path, brightness, capsys):
    spoil("truncated_jpeg", "group_not_utf_8", "empty_group")
    weights = tmp_path / "w.weights.h5"
    weights.write_bytes(b"not looked into")
    line = ["evaluate", "--data", root, "--weights", weights, "--size", 33]
    assert main([*map(str, line), "--output", str(tmp_path / "out"), "--quiet"]) == 1
    printed = capsys.readouterr()
    assert "left out: 3 files or groups" in printed.out
    results = json.loads((tmp_path / "out/results.json").read_text())
    assert sorted(results["left_out"]) == sorted(printed.err.splitlines())
    assert len(results["left_out"]) == 3


def test_paths_that_are_not_utf_8_do_not_spoil_the_report(
    root, tmp_path, brightness, capsys
):
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    odd.mkdir()
    root.rename(odd / "set")
    weights = odd / "\udce9.weights.h5"
    weights.write_bytes(b"not looked into")
    (odd / "\udce9.json").write_text('{"trained_on": ["set"]}')
    line = ["evaluate", "--data", odd / "set", "--weights", weights, "--size", 33]
    line += ["--output", odd / "out", "--cache", odd / "cache", "--quiet"]
    assert main(list(map(str, line))) == 0
    printed = capsys.readouterr()
    assert not printed.err
    results = json.loads((odd / "out/results.json").read_text(encoding="utf-8"))
    assert results["options"]["data"].endswith(r"caf\xe9/set")
    assert results["weights"]["name"] == r"\xe9"
    page = (odd / "out/report.html").read_text(encoding="utf-8")
    assert r"caf\xe9/set" in page and r"caf\xe9/set" in printed.out
