"""What `tfcoseg evaluate` offers instead of a training score."""

import json
import shlex
import shutil

import pytest

from tfcoseg.cli.evaluate_about import CARRIED
from tfcoseg.cli.main import build_parser, main

# The groups and the fold, where things are, what both commands are told anyway, and
# what computes: another engine runs weights that have just been trained.
LEFT = {
    *("data", "dataset", "data_dir", "manual_dir", "groups", "per_group", "void"),
    *("folds", "fold", "fold_by", "weights", "output", "overwrite", "cache", "quiet"),
    *("command", "run", "error", "engine", "threads"),
}


@pytest.fixture
def offered(capsys):
    """The commands that were printed, as words."""

    def read():
        lines = map(str.strip, capsys.readouterr().out.splitlines())
        return [shlex.split(line) for line in lines if line.startswith("tfcoseg ")]

    return read


def test_commands_that_cross_validate_do_what_they_say(
    evaluate, data, tmp_path, monkeypatch, offered, capsys
):
    for kind in ("images", "masks"):
        for group in ("flower", "tree"):  # of a benchmark of which it has a part
            shutil.copytree(data / kind / "bird", data / kind / group)
    part = "--dataset", "msrc_coseg/groups7", "--groups", "car"
    assert evaluate(*part, "--protocol", "ssnm") == 0
    commands = offered()
    assert [words[1] for words in commands] == ["train", "evaluate"] * 2
    monkeypatch.chdir(tmp_path)
    train, judge = commands[:2]
    asked = build_parser("train").parse_args(train[1:])
    fold = {key: getattr(asked, key) for key in ("folds", "fold", "fold_by")}
    asked.folder.mkdir(parents=True)
    (asked.folder / "best.weights.h5").write_bytes(b"not looked into")
    arguments = {"recipe": {"data": asked.data, **fold}}
    (asked.folder / "arguments.json").write_text(json.dumps(arguments))
    assert main(judge[1:]) == 0
    printed = capsys.readouterr().out
    assert "1 group, 3 pictures" in printed and "bird " in printed
    assert "fold 0 of 4 by class only" in " ".join(printed.split())
    assert "protocol ssnm" in printed and "training score" not in printed


def test_a_fold_is_judged_as_all_was(evaluate, tmp_path, offered):
    ids, alike = tmp_path / "to leave out.txt", tmp_path / "alike.tsv"
    ids.write_text("none\n")
    alike.write_text("cow dog\n")
    options = "--pairs all --limit 2 --size 65 --threshold 0.4 --sizes 49,81 --controls"
    options += " --min-score 0.2 --exclusions likely"
    lists = "--leave-out", ids, "--exclude", alike
    assert evaluate(*options.split(), *lists, "--per-group", 3, "--groups", "car") == 1
    assert evaluate(*options.split(), *lists, "--per-group", 3) == 0
    for words in offered()[1::2]:
        asked = build_parser("evaluate").parse_args(words[1:])
        assert (asked.pairs, asked.limit, asked.size) == ("all", 2, 65)
        assert (asked.threshold, asked.sizes, asked.per_group) == (0.4, [49, 81], 3)
        assert (asked.leave_out, asked.exclude, asked.controls) == (ids, alike, True)
        assert (asked.min_score, asked.exclusions) == (0.2, "likely")
        assert asked.groups is None and asked.folds


def test_every_option_is_carried_over_or_left_with_a_reason():
    parser = build_parser("evaluate")
    options = set(vars(parser.parse_args(["evaluate"])))
    assert set(CARRIED) | LEFT == options and LEFT.isdisjoint(CARRIED)
