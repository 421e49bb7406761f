import json
import shutil

import numpy as np
import pytest
from PIL import Image

from research import unseen
from tfcoseg.data import split_fold
from tfcoseg.data.folder import scan_folder


@pytest.fixture
def data(tmp_path):
    """Sets of which each shows a few kinds, and one a single picture of a group."""
    kinds = "aeroplane bicycle bird boat bottle bus car cat chair cow dog sheep".split()
    for index, name in enumerate(unseen.SETS):
        for group in kinds if index == 0 else kinds[index : index + 3]:
            for picture in range(1 if (index, group) == (1, "bicycle") else 3):
                for kind in ("images", "masks"):
                    path = tmp_path / name / kind / group / f"{picture}.png"
                    path.parent.mkdir(parents=True, exist_ok=True)
                    value = 40 * index + 7 * picture + len(group)
                    pixels = np.full((8, 8), value % 251, np.uint8)
                    pixels[2:5] = 255
                    if kind == "masks":
                        pixels = np.where(pixels == 255, pixels, 0).astype(np.uint8)
                    Image.fromarray(pixels).save(path)
    (tmp_path / "msrc_coseg").mkdir()
    return tmp_path


def test_each_group_is_held_out_in_one_fold_of_each_set(data):
    for by, folds in (unseen.CLASSES, unseen.KINDS):
        found = []
        for fold in range(folds):
            for name, records in unseen.held_out(data, by, folds, fold).items():
                found += [(name, group) for group in {r.group for r in records}]
        sets = unseen.SETS if by == "kind" else unseen.SETS[:1]
        records = {name: scan_folder(data / name)[0] for name in sets}
        every = [(name, r.group) for name in sets for r in records[name]]
        assert sorted(found) == sorted(
            {pair for pair in every if every.count(pair) > 1}
        )


def test_the_old_package_is_given_what_no_fold_holds_out(data, tmp_path, monkeypatch):
    """And judged on the rest: by links, as it knows no folds by kind."""
    asked = []

    def run(words, check, env, cwd):
        command, options = words[3], dict(zip(words[4::2], words[5::2]))
        asked.append((command, words))
        assert env["PYTHONPATH"] == str(tmp_path / "old") == str(cwd.resolve())
        if command == "evaluate":
            output = unseen.Path(words[words.index("--output") + 1])
            output.mkdir(parents=True)
            report = {"groups": {"any": {"J": 40.0, "masks": 2}}}
            (output / "results.json").write_text(json.dumps(report))
        return options

    monkeypatch.setattr(unseen.subprocess, "run", run)
    fold = unseen.KINDS[1] - 1
    found = unseen.measure_v2(tmp_path / "run", data, data, fold, tmp_path / "old")
    assert [command for command, _ in asked][0] == "train"
    assert found["mean J"] == 40 and found["masks"] == 2 * len(found["J"])
    every = [r for name in unseen.SETS for r in scan_folder(data / name)[0]]
    held = {r.group for r in split_fold(every, unseen.KINDS[1], fold, "kind")[1]}
    folder = tmp_path / "run" / f"kind-{fold}"
    kept = {path.name for path in folder.glob("kept/*/images/*")}
    judged = {path.name for path in folder.glob("held_out/*/images/*")}
    assert kept and judged <= held and not kept & held
    sets = {path.name for path in folder.glob("kept/*")}
    assert sets <= set(unseen.V2_SETS)
    shutil.rmtree(data / unseen.SETS[0])
    assert not next(folder.glob("kept/pascal_coseg/images/*/*")).exists()  # a link


def test_a_run_that_was_interrupted_goes_on(data, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TFCOSEG_DATA", str(data))
    monkeypatch.setenv("TFCOSEG_WEIGHTS", str(tmp_path))
    asked = []

    def measure(run, data, weights, by, folds, fold):
        if len(asked) == 2:
            asked.clear()
            raise KeyboardInterrupt
        asked.append((by, fold))
        return {"fold_by": by, "fold": fold, "mean J": 50.0}

    monkeypatch.setattr(unseen, "measure", measure)
    run = tmp_path / "run"
    run.mkdir()
    with pytest.raises(KeyboardInterrupt):
        unseen.main(["--run", str(run)])
    for _ in range(3):
        try:
            unseen.main(["--run", str(run)])
        except KeyboardInterrupt:
            continue
    rows = json.loads((run / "rows.json").read_text())
    folds = [(row["fold_by"], row["fold"]) for row in rows]
    assert folds == [("kind", f) for f in range(3)] + [("class", f) for f in range(4)]


def test_nothing_of_a_fold_is_trained_on_by_the_recipe(data, tmp_path):
    recipe = unseen.recipe_without(data, tmp_path, tmp_path / "run", "kind", 3, 1)
    assert (recipe.folds, recipe.fold, recipe.fold_by) == (3, 1, "kind")
    assert recipe.data[0].endswith("pascal_coseg") and recipe.weights is None
