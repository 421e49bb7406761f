"""`tfcoseg evaluate` on benchmarks: protocols, published figures, training scores."""

import json
import shutil
import sys
from types import SimpleNamespace

import pytest

from tfcoseg.cli.main import main
from tfcoseg.data import read_folder, split_fold


def test_neither_a_folder_nor_a_benchmark(capsys):
    with pytest.raises(SystemExit, match="^2$"):
        main(["evaluate", "--weights", "coseg"])
    assert "one of --data DIR and --dataset NAME" in capsys.readouterr().err


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
    told = " ".join(printed.split())
    assert "Trained on this set" in told and "SSNM" not in told
    assert "since random was trained on pascal_coseg. No published" in told
    assert evaluate("--dataset", "icoseg") == 0
    printed = capsys.readouterr().out
    assert "Trained on this set" not in printed and "SSNM" in printed


@pytest.mark.parametrize("listed", ["pascal_coseg", "pascal_voc_coseg", "v1"])
def test_a_link_hides_no_set(data, weights, brightness, tmp_path, capsys, listed):
    (tmp_path / "real").mkdir()
    data.rename(tmp_path / "real/v1")
    (tmp_path / "pascal_coseg").symlink_to("real/v1")
    command = ["evaluate", "--weights", str(weights), "--size", "33", "--data"]
    weights.with_name("random.json").write_text(json.dumps({"trained_on": [listed]}))
    assert main([*command, str(tmp_path / "pascal_coseg")]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert f"since random was trained on {listed}." in told


def test_the_set_is_told_by_the_names_that_its_card_lists(evaluate, weights, tmp_path):
    card = {"trained_on": ["cats", "pets"], "tuned_on": ["msrc_coseg"]}
    weights.with_name("random.json").write_text(json.dumps(card))
    out = tmp_path / "o"
    assert evaluate("--dataset", "msrc_coseg", "--output", out) == 0
    results = json.loads((out / "results.json").read_text())
    assert results["known_as"] == {"trained_on": ["pets"], "tuned_on": ["msrc_coseg"]}
    assert results["is_training_score"] and results["is_development_score"]


def test_a_part_that_a_protocol_judges_needs_its_benchmark(evaluate, unseen, capsys):
    for options, told in (
        ((), "groups (with --dataset msrc_coseg: groups7)"),
        (("--dataset", "msrc_coseg/groups14"), "groups (groups7)"),
    ):
        assert evaluate("--protocol", "mcanet", *options) == 0
        printed = " ".join(capsys.readouterr().out.split())
        assert f"not followed here: working size (321), {told}" in printed


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


def test_the_kinds_that_were_held_out(evaluate, data, weights, tmp_path, capsys):
    """The folds of `--protocol unseen` are those of training by kind."""
    records = read_folder(data)
    folds = [{r.group for r in split_fold(records, 3, f, "kind")[1]} for f in range(3)]
    fold, groups = next((f, each) for f, each in enumerate(folds) if each)
    weights.with_name("random.json").unlink()
    arguments = {"recipe": {"data": ["sets/pets"]}}
    arguments["recipe"] |= {"folds": 3, "fold": fold, "fold_by": "kind"}
    weights.with_name("arguments.json").write_text(json.dumps(arguments))
    output = tmp_path / "report"
    options = "--protocol", "unseen", "--fold", fold, "--output", output
    assert evaluate(*options) == 0
    printed = capsys.readouterr().out
    assert f"fold {fold} of 3 by kind" in printed and "Trained" not in printed
    report = json.loads((output / "results.json").read_text())
    assert report["groups"].keys() == groups


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
