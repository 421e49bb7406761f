"""`tfcoseg evaluate` on a folder."""

import json
import re

import pytest
from PIL import Image

from tfcoseg.applications import CoSegEfficientNetLite0, save_weights
from tfcoseg.cli.main import main


def test_table_json_and_sheet(evaluate, tmp_path, capsys):
    output = tmp_path / "out"
    assert evaluate("--controls", "--output", output, "--pairs", "all") == 0
    printed = capsys.readouterr()
    assert "pets: 2 groups, 6 pictures, all pairs" in printed.out
    assert "working size 33, threshold 0.5" in printed.out
    assert "Trained on this set" in printed.out
    assert "--folds 2 --fold 0 --fold-by class" in printed.out
    results = json.loads((output / "results.json").read_text())
    assert results["overall"]["masks"] == 12
    assert set(results["controls"]) == {"wrong_partner", "no_correlation"}
    assert results["empty"]["nothing_in_common"]["pictures"] == 6
    assert results["options"]["size"] == 33 and results["options"]["controls"]
    assert results["weights"]["name"] == "random"
    assert len(results["weights"]["sha256"]) == 64
    assert results["is_training_score"] is True
    assert results["tfcoseg"] == "0.1.0"
    with Image.open(output / "contact_sheet.png") as sheet:
        assert sheet.height > 6 * 160


def test_with_the_network(data, tmp_path, capsys):
    path = tmp_path / "untrained.weights.h5"
    small = {"filters": 8, "decoder_filters": (8, 8, 8, 8)}
    save_weights(CoSegEfficientNetLite0(None, **small), path)
    command = ["evaluate", "--data", str(data), "--weights", str(path), "--size", "33"]
    assert main([*command, "--controls"]) == 0
    printed = capsys.readouterr().out
    assert "Nobody says what untrained was trained on" in printed
    assert "correlation off" in printed and "6 right and 6 wrong pairs" in printed
    command = [*command, "--pairs", "first", "--reference-masks"]
    assert main([*command, "--output", str(tmp_path / "out")]) == 0
    results = json.loads((tmp_path / "out/results.json").read_text())
    assert [m["partner"] for m in results["masks"]] == ["bird/0"] * 2 + ["car/0"] * 2
    assert results["protocol"]["reference_masks"] is True


def test_groups_pictures_and_limit(evaluate, tmp_path):
    options = "--groups", "car", "--per-group", 2, "--limit", 1
    assert evaluate(*options, "--output", tmp_path / "out") == 0
    results = json.loads((tmp_path / "out/results.json").read_text())
    assert [mask["picture"] for mask in results["masks"]] == ["car/0"]
    assert results["masks"][0]["partner"] == "car/1"
    assert results["controls"] == results["empty"] == {}


def test_the_engine_is_in_the_report(evaluate, tmp_path, capsys):
    assert evaluate("--output", tmp_path / "out", "--threads", 1) == 0
    results = json.loads((tmp_path / "out/results.json").read_text())
    assert results["options"]["engine"] == "tensorflow"
    assert evaluate("--engine", "litert") == 1
    assert "LiteRT runs 'coseg' and .tflite files" in capsys.readouterr().err


def test_threshold_matters(evaluate, capsys):
    assert evaluate("--threshold", 0) == 0
    row = next(
        line
        for line in capsys.readouterr().out.splitlines()
        if line.startswith("all groups")
    )
    assert row.split()[-2:] == ["100.0", "0.0"]  # predicted, and empty masks


def test_least_score_matters(evaluate, tmp_path):
    options = "--wrong-partner", "--threshold", 0, "--output", tmp_path, "--overwrite"
    for least, empty in ((0, 0.0), (1, 100.0)):
        assert evaluate(*options, "--min-score", least) == 0
        results = json.loads((tmp_path / "results.json").read_text())
        overall = results["controls"]["wrong_partner"]["overall"]
        assert results["overall"]["empty_masks"] == overall["empty_masks"] == empty
        assert results["protocol"]["min_score"] == least
        assert results["scores"]["at_min_score"]["wrong_rejected"] == empty


def test_a_bad_file_is_named_and_the_others_are_judged(evaluate, data, capsys):
    (data / "images/car/1.png").write_bytes(b"no picture")
    assert evaluate() == 1
    printed = capsys.readouterr()
    assert "images/car/1.png" in printed.err
    assert "5 pictures" in printed.out


def test_exclusion_list(evaluate, data, tmp_path, capsys):
    path = tmp_path / "alike.tsv"
    path.write_text("bird\tcar\n")
    cautious = "--wrong-partner", "--exclusions", "likely"
    assert evaluate(*cautious) == 0
    capsys.readouterr()
    assert evaluate(*cautious, "--exclude", path) == 1
    assert "two groups of different kinds" in capsys.readouterr().err
    path.rename(data / "class_groups.tsv")
    assert evaluate(*cautious) == 1
    assert evaluate("--wrong-partner") == 0


def test_a_table_of_classes_is_read_where_it_is_needed(evaluate, data, capsys):
    table = data / "class_groups.tsv"
    table.write_text("group\tclass\nbird\n")
    assert evaluate("--controls") == 0
    capsys.readouterr()
    for more in ((), ("--exclude", table)):
        assert evaluate("--controls", "--exclusions", "likely", *more) == 1
        assert "must have two columns" in capsys.readouterr().err


def test_existing_output_is_not_replaced_unasked(evaluate, tmp_path, capsys):
    (tmp_path / "results.json").write_text("mine")
    assert evaluate("--output", tmp_path) == 1
    assert "--overwrite" in capsys.readouterr().err
    assert (tmp_path / "results.json").read_text() == "mine"
    assert evaluate("--output", tmp_path, "--overwrite") == 0
    assert json.loads((tmp_path / "results.json").read_text())["pictures"] == 6


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--size", "31"], "at least 32"),
        (["--per-group", "1"], "at least 2"),
        (["--threshold", "50"], "from 0 to 1"),
        (["--pairs", "some"], "choose from"),
        (["--min-score", "2"], "from 0 to 1"),
        (["--exclusions", "known"], "choose from 'likely'"),
        (["--exclude", "x.tsv"], "for --exclusions likely"),
        (["--groups", ","], "commas between"),
        (["--dataset", "msrc"], "one of pascal_voc_coseg, .*Received: msrc"),
        (["--protocol", "theirs"], "choose from 'ours', 'saa'"),
        (["--manual-dir", "x"], "for --dataset without --data"),
        (["--folds", "4"], "needed together"),
        (["--protocol", "unseen"], "needs --fold N, 0 to 2"),
        (["--folds", "4", "--fold", "4", "--fold-by", "class"], "from 0 to one less"),
        (["--folds", "4", "--fold", "0", "--fold-by", "group"], "choose from"),
    ],
)
def test_usage_errors(evaluate, capsys, arguments, message):
    with pytest.raises(SystemExit) as exit_:
        evaluate(*arguments)
    assert exit_.value.code == 2
    assert re.search(message, capsys.readouterr().err)


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--groups", "cat"], "cat"),
        (["--weights", "none.keras"], "none.keras"),
        (["--data", "none"], "none"),
        (["--exclusions", "likely", "--exclude", "none.tsv"], "none.tsv"),
        (["--pairs", "group", "--reference-masks"], "are for pairs"),
    ],
)
def test_inputs_that_are_not_there(evaluate, capsys, arguments, message):
    assert evaluate(*arguments) == 1
    printed = capsys.readouterr()
    assert message in printed.err and not printed.out


def test_pictures_to_leave_out(evaluate, tmp_path, capsys):
    (tmp_path / "ids.txt").write_text("bird/1\n# dull\n")
    assert evaluate("--leave-out", tmp_path / "ids.txt") == 0
    assert "2 groups, 5 pictures" in capsys.readouterr().out


def test_a_picture_that_a_list_leaves_alone_is_no_problem(evaluate, tmp_path, capsys):
    (tmp_path / "ids.txt").write_text("bird/1\nbird/2\n")
    assert evaluate("--leave-out", tmp_path / "ids.txt") == 0
    printed = capsys.readouterr()
    assert "1 group, 3 pictures (without those of a list of 2; 1 more" in printed.out
    assert "left out" not in printed.out and not printed.err


def test_a_list_that_leaves_nothing(evaluate, tmp_path, capsys):
    (tmp_path / "ids.txt").write_text("0\n1\n2\n")
    assert evaluate("--leave-out", tmp_path / "ids.txt") == 1
    (error,) = capsys.readouterr().err.splitlines()
    assert "Received: what a list of 3 leaves of" in error
