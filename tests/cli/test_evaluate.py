import json
import re
import shlex
import shutil
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from tfcoseg.cli.main import build_parser, main


@pytest.fixture
def weights(tmp_path):
    """A file of weights, with a card."""
    path = tmp_path / "random.weights.h5"
    path.write_bytes(b"not looked into")
    path.with_name("random.json").write_text('{"trained_on": ["pets"]}')
    return path


@pytest.fixture
def data(tmp_path):
    """Two groups of three pictures, and a square in each."""
    generator = np.random.default_rng(0)
    for group in ("bird", "car"):
        for index in range(3):
            image = generator.integers(0, 255, (40, 50, 3), "uint8")
            mask = np.zeros((40, 50), "uint8")
            mask[5 : 15 + index, 5:20] = 255
            for kind, array in (("images", image), ("masks", mask)):
                path = tmp_path / "pets" / kind / group / f"{index}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(array).save(path)
    return tmp_path / "pets"


@pytest.fixture
def evaluate(data, weights, brightness):
    """Runs the command, with an engine that takes what is bright for the object."""

    def run(*arguments):
        command = ["evaluate", "--data", str(data), "--weights", str(weights)]
        return main([*command, "--size", "33", *map(str, arguments)])

    return run


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


def test_with_the_network(data, model, tmp_path, capsys):
    path = tmp_path / "untrained.weights.h5"
    model.save_weights(path)
    command = ["evaluate", "--data", str(data), "--weights", str(path), "--size", "33"]
    assert main([*command, "--controls"]) == 0
    printed = capsys.readouterr().out
    assert "Nobody says what untrained was trained on" in printed
    assert "correlation off" in printed


def test_groups_pictures_and_limit(evaluate, tmp_path):
    options = "--groups", "car", "--per-group", 2, "--limit", 1
    assert evaluate(*options, "--output", tmp_path / "out") == 0
    results = json.loads((tmp_path / "out/results.json").read_text())
    assert [mask["picture"] for mask in results["masks"]] == ["car/0"]
    assert results["masks"][0]["partner"] == "car/1"
    assert results["controls"] == results["empty"] == {}


def test_threshold_matters(evaluate, capsys):
    assert evaluate("--threshold", 0) == 0
    row = next(
        line
        for line in capsys.readouterr().out.splitlines()
        if line.startswith("all groups")
    )
    assert row.split()[-1] == "100.0"


def test_a_bad_file_is_named_and_the_others_are_judged(evaluate, data, capsys):
    (data / "images/car/1.png").write_bytes(b"no picture")
    assert evaluate() == 1
    printed = capsys.readouterr()
    assert "images/car/1.png" in printed.err
    assert "5 pictures" in printed.out


def test_exclusion_list(evaluate, data, tmp_path, capsys):
    path = tmp_path / "alike.tsv"
    path.write_text("bird\tcar\n")
    assert evaluate("--wrong-partner", "--exclude", path) == 1
    assert "known to share nothing" in capsys.readouterr().err
    path.rename(data / "class_groups.tsv")
    assert evaluate("--wrong-partner") == 1


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
        (["--groups", ","], "commas between"),
        (["--dataset", "msrc"], "one of pascal_voc_coseg, .*Received: msrc"),
        (["--protocol", "theirs"], "choose from 'ours', 'saa'"),
        (["--manual-dir", "x"], "for --dataset without --data"),
        (["--folds", "4"], "needed together"),
        (["--folds", "4", "--fold", "4", "--fold-by", "class"], "from 0 to one less"),
        (["--folds", "4", "--fold", "0", "--fold-by", "group"], "choose from"),
    ],
)
def test_usage_errors(evaluate, capsys, arguments, message):
    with pytest.raises(SystemExit) as exit_:
        evaluate(*arguments)
    assert exit_.value.code == 2
    assert re.search(message, capsys.readouterr().err)


def test_neither_a_folder_nor_a_benchmark(capsys):
    with pytest.raises(SystemExit, match="^2$"):
        main(["evaluate", "--weights", "coseg"])
    assert "one of --data DIR and --dataset NAME" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--groups", "cat"], "cat"),
        (["--weights", "none.keras"], "none.keras"),
        (["--data", "none"], "none"),
        (["--exclude", "none.tsv"], "none.tsv"),
    ],
)
def test_inputs_that_are_not_there(evaluate, capsys, arguments, message):
    assert evaluate(*arguments) == 1
    printed = capsys.readouterr()
    assert message in printed.err and not printed.out


@pytest.fixture
def unseen(weights):
    """The same weights, whose card lists another set."""
    weights.with_name("random.json").write_text('{"trained_on": ["pascal_coseg"]}')
    return weights


def test_ours_is_what_is_done_without_a_protocol(evaluate, unseen, tmp_path):
    for name, options in (("a", ()), ("b", ("--protocol", "ours"))):
        assert evaluate("--output", tmp_path / name, *options) == 0
    a, b = (json.loads((tmp_path / f"{n}/results.json").read_text()) for n in "ab")
    for key in ("protocol", "overall", "groups", "masks"):
        assert a[key] == b[key]
    assert "declared" not in a and b["declared"]["name"] == "ours"


def test_a_protocol_decides_sizes_and_pairs(data, unseen, brightness, tmp_path):
    command = ["evaluate", "--data", str(data), "--weights", str(unseen)]
    output = ["--protocol", "ssnm", "--output", str(tmp_path / "out")]
    assert main([*command, *output]) == 0
    results = json.loads((tmp_path / "out/results.json").read_text())
    assert results["protocol"]["measured_at"] == "224 x 224"
    assert results["protocol"]["working_size"] == results["options"]["size"] == 224
    assert results["masks"][0]["partners"] == ["bird/1", "bird/2"]
    assert results["declared"]["overridden"] == []
    assert results["published"] == []


def test_a_folder_that_is_a_benchmark(evaluate, data, unseen, tmp_path, capsys):
    for kind in ("images", "masks"):
        for group in ("aeroplane", "cat", "cow", "dog", "sheep", "tree"):
            shutil.copytree(data / kind / "car", data / kind / group)
    named = "--dataset", "msrc_coseg"
    assert evaluate(*named, "--protocol", "mcanet", "--output", tmp_path / "o") == 0
    printed = capsys.readouterr().out
    assert "msrc_coseg/groups7: 7 groups, 21 pictures (the first 10" in printed
    assert "not followed here: working size (321)" in printed
    results = json.loads((tmp_path / "o/results.json").read_text())
    rows = {row["system"]: row for row in results["published"]}
    assert rows["MCANet"]["missing"] == ["pictures"]
    assert rows["SAA"]["verdict"] == "incompatible"
    assert "tree" not in results["groups"]
    assert evaluate(*named, "--pairs", "all", "--groups", "tree") == 0
    assert "msrc_coseg: 1 group, 3 pictures, all pairs" in capsys.readouterr().out


def test_on_a_set_that_was_trained_on_nobody_stands_beside(evaluate, unseen, capsys):
    assert evaluate("--dataset", "pascal_voc_coseg") == 0
    printed = capsys.readouterr().out
    assert "Trained on this set" in printed and "SSNM" not in printed
    assert evaluate("--dataset", "icoseg") == 0
    printed = capsys.readouterr().out
    assert "Trained on this set" not in printed and "SSNM" in printed


def test_commands_that_cross_validate_do_what_they_say(
    evaluate, data, tmp_path, monkeypatch, capsys
):
    for kind in ("images", "masks"):
        for group in ("flower", "tree"):  # of a benchmark of which it has a part
            shutil.copytree(data / kind / "bird", data / kind / group)
    part = "--dataset", "msrc_coseg/groups7", "--groups", "car"
    assert evaluate(*part, "--protocol", "ssnm") == 0
    lines = map(str.strip, capsys.readouterr().out.splitlines())
    commands = [shlex.split(line) for line in lines if line.startswith("tfcoseg ")]
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


def test_only_the_fold_that_was_held_out_is_no_training_score(
    evaluate, weights, tmp_path, capsys
):
    weights.with_name("random.json").unlink()
    fold = {"folds": 2, "fold": 1, "fold_by": "class"}
    arguments = {"recipe": {"data": ["sets/pets"], **fold}}
    weights.with_name("arguments.json").write_text(json.dumps(arguments))
    options = "--folds", 2, "--fold-by", "class", "--fold"
    assert evaluate(*options, 1) == 0
    printed = capsys.readouterr().out
    assert "1 group, 3 pictures" in printed and "fold 1 of 2 by class" in printed
    assert "car " in printed and "bird" not in printed and "Trained" not in printed
    for others in ((*options, 0), ()):
        assert evaluate(*others) == 0
        assert "Trained on this set" in capsys.readouterr().out


def test_a_benchmark_is_prepared_when_no_folder_is_given(
    data, unseen, brightness, tmp_path, monkeypatch, capsys
):
    asked = []

    def as_folder(*arguments):
        asked.append(arguments[:-1])
        print("Downloading and preparing")
        return data

    datasets = SimpleNamespace(as_folder=as_folder, FOLDER_VOID=128)
    monkeypatch.setitem(sys.modules, "tfcoseg.datasets", datasets)
    places = ["--data-dir", str(tmp_path / "tfds"), "--manual-dir", str(tmp_path)]
    command = ["evaluate", "--weights", str(unseen), "--size", "33", *places]
    assert main([*command, "--dataset", "icoseg/subset8"]) == 0
    folder = tmp_path / "tfds/coseg_folders/icoseg/subset8"
    assert asked == [("icoseg/subset8", folder, tmp_path / "tfds", tmp_path)]
    printed = capsys.readouterr()
    assert printed.out.startswith("icoseg/subset8: 2 groups, 6 pictures")
    assert "preparing" in printed.err and "published" in printed.out
    # What cross-validates on it knows which grey is void there.
    unseen.with_name("random.json").write_text('{"trained_on": ["icoseg"]}')
    assert main([*command, "--dataset", "icoseg/subset8"]) == 0
    assert capsys.readouterr().out.count(f"--data {data} --void 128 ") == 4


def test_a_prepared_folder_goes_by_the_name_of_its_benchmark(
    data, weights, brightness, tmp_path, capsys
):
    folder = tmp_path / "coseg_folders/msrc_coseg/groups7"
    shutil.copytree(data, folder)
    command = ["evaluate", "--data", str(folder), "--weights", str(weights)]
    assert main([*command, "--size", "33"]) == 0
    assert capsys.readouterr().out.startswith("msrc_coseg/groups7: 2 groups")


def test_pictures_to_leave_out(evaluate, tmp_path, capsys):
    (tmp_path / "ids.txt").write_text("bird/1\n# dull\n")
    assert evaluate("--leave-out", tmp_path / "ids.txt") == 0
    assert "2 groups, 5 pictures" in capsys.readouterr().out
