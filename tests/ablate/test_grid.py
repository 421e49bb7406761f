"""Rows on disk: what they hold, that finished ones are kept, and what is refused."""

import argparse
import dataclasses
import json
import shutil
from types import SimpleNamespace

import numpy as np
import pytest

import tfcoseg
from tfcoseg.ablate import Cell, find_cells, grid, run
from tfcoseg.ablate.caches import Caches
from tfcoseg.ablate.heads import describe_head
from tfcoseg.ablate.judge import judge
from tfcoseg.ablate.pictures import read_pictures
from tfcoseg.ablate.results import Results
from tfcoseg.cli import ablate as command


def saved(folder):
    return json.loads((folder / "results.json").read_text())


@pytest.fixture
def tried(monkeypatch):
    """The (cell, seed) that are tried, in order, instead of training them.

    A seed of 9 is an interruption.
    """
    calls = []

    def trial(cell, seed, settings, caches, progress):
        if seed == 9:
            raise KeyboardInterrupt
        calls.append((cell.name, seed))
        head = SimpleNamespace(save_weights=lambda file, overwrite: file.touch())
        return head, {"cell": cell.name, "seed": seed, "change": cell.change}

    monkeypatch.setattr(grid, "trial", trial)
    return calls


def test_a_row_holds_all_that_is_to_be_known_of_a_cell(table, settings):
    folder, rows = table
    content = saved(folder)
    assert content["settings"] == settings.as_json()
    assert content["rows"] == json.loads(json.dumps(rows))
    base, off, masked = rows
    assert [(row["cell"], row["seed"]) for row in rows] == [
        *(("base", 0), ("no-correlation", 0), ("references", 0)),
    ]
    assert base["tfcoseg"] == tfcoseg.__version__
    assert base["parameters"] == off["parameters"] > 400_000
    assert base["settings"]["negative_share"] == 0.25
    assert base["settings"]["affinity"] and not base["settings"]["reference_share"]
    layers = base["settings"]["layers"]
    assert tuple(layers["pyramid_xcorr"]["kernel_sizes"]) == (11, 15, 19)
    assert off["settings"]["layers"]["no_partner"]["class"] == "NoPartner"
    assert set(base["figures"]) == {"held out", "seen kinds", "unseen kinds"}
    assert all(of["J"] is not None for of in base["figures"].values())
    assert all(of["masked_J"] is not None for of in masked["figures"].values())
    assert not any("masked_J" in of for of in base["figures"].values())
    assert base["seconds"]["training"] > 0 and np.isfinite(base["loss"])


def test_weights_are_those_of_the_head_as_it_was_judged(table, settings, tmp_path):
    folder, rows = table
    (cell,) = find_cells(["base"])
    head = cell.build(cell, (840, 48, 24, 16, 208))
    head.load_weights(folder / "weights" / "base-0.weights.h5")
    (features,) = folder.glob("features/*/*/validation")
    shutil.copytree(features.parents[2], tmp_path / "features")
    caches = Caches(tmp_path / "features", settings, *read_pictures(settings))
    figures = judge(head, caches.of(cell)[1], caches.sets, 2, lambda x, **_: x)
    assert figures == rows[0]["figures"]
    for name, row in figures.items():  # of masks, not of noise
        assert row["J"] > 1 and row != rows[1]["figures"][name]
        assert row["verified_wrong_predicted"] <= row["wrong_predicted"]
    layers = json.loads(json.dumps(describe_head(head)))
    assert layers == json.loads(json.dumps(rows[0]["settings"]["layers"]))


def test_finished_cells_are_not_done_again(table, settings, tried, monkeypatch):
    folder, rows = table
    before = saved(folder)
    monkeypatch.setattr(grid, "read_pictures", None)  # would be an error if called
    again = run(folder, settings, ["no-correlation", "references", "base"])
    assert again == json.loads(json.dumps(rows)) and tried == []
    assert saved(folder) == before


def test_what_is_missing_is_done_seed_by_seed(tmp_path, settings, tried):
    cells = ["base", "no-skips", "non-local"]
    run(tmp_path, settings, cells[:1])
    reported = []
    rows = run(tmp_path, settings, cells, [0, 1, 1], report=reported.append)
    assert tried == [
        ("base", 0),
        *(("no-skips", 0), ("non-local", 0)),
        *(("base", 1), ("no-skips", 1), ("non-local", 1)),
    ]
    assert [(row["cell"], row["seed"]) for row in rows] == tried
    assert reported == rows[1:]


def test_an_interrupted_table_goes_on_after_its_last_row(tmp_path, settings, tried):
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, settings, ["base"], [0, 1, 9, 2])
    assert [row["seed"] for row in saved(tmp_path)["rows"]] == [0, 1]
    rows = run(tmp_path, settings, ["base"], [0, 1, 2])
    assert [row["seed"] for row in rows] == [0, 1, 2]
    assert tried == [("base", 0), ("base", 1), ("base", 2)]


def test_cells_of_ones_own_are_rows_too(tmp_path, settings, tried):
    rows = run(tmp_path, settings, [Cell("mine", "something"), "base"])
    assert [row["cell"] for row in rows] == ["mine", "base"]


def test_rows_of_other_settings_are_never_mixed(table, settings):
    folder, _ = table
    for name, value in (("steps", 3), ("size", 64), ("data", ("elsewhere",))):
        other = dataclasses.replace(settings, **{name: value})
        with pytest.raises(ValueError, match=f"no table may mix.* {name}: .* then, "):
            run(folder, other)


def test_a_weights_file_is_known_by_its_content(tmp_path, settings):
    file = tmp_path / "backbone.npz"
    seen = []
    for content in (b"one", b"two"):
        file.write_bytes(content)
        changed = dataclasses.replace(settings, backbone_weights=str(file))
        seen.append(changed.as_json()["backbone_weights"])
    assert seen[0] != seen[1]
    assert all(text.startswith("backbone.npz, sha256 ") for text in seen)


def test_folders_that_hold_something_else(tmp_path, settings):
    (tmp_path / "claims-cost.json").write_text("{}")
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ValueError, match="which holds other files"):
        run(tmp_path, settings)
    (tmp_path / "notes.txt").unlink()
    for content in ('{"rows": [', '{"rows": [{}], "settings": {}}', "[]"):
        (tmp_path / "results.json").write_text(content)
        with pytest.raises(ValueError, match="results.json, which cannot be read"):
            run(tmp_path, settings)


def test_without_its_results_a_table_starts_anew(tmp_path, settings, tried):
    for name in ("features", "weights"):
        (tmp_path / name).mkdir()
    (tmp_path / ".7.results.json").touch()  # of a run that was killed
    assert len(run(tmp_path, settings, ["base"])) == 1


def test_a_failed_start_does_not_bind_the_folder(tmp_path, settings, tried):
    wrong = dataclasses.replace(settings, data=(str(tmp_path / "nowhere"),))
    with pytest.raises((ValueError, OSError), match="nowhere"):
        run(tmp_path / "table", wrong, ["base"])
    assert len(run(tmp_path / "table", settings, ["base"])) == 1


def test_missing_weights_are_told_before_anything_is_done(tmp_path, settings):
    wrong = dataclasses.replace(settings, backbone_weights="no.npz")
    with pytest.raises(FileNotFoundError, match="no.npz"):
        run(tmp_path / "table", wrong)
    assert not (tmp_path / "table").exists()


def test_rows_of_other_pictures_are_never_mixed(tmp_path, settings, tried):
    root = tmp_path / "drawn"
    shutil.copytree(settings.data[0], root)
    same = dataclasses.replace(settings, data=(str(root),))
    run(tmp_path / "table", same, ["base"])
    for folder in ("images", "masks"):
        (root / folder / "red" / "0.png").unlink()
    with pytest.raises(ValueError, match="no table may mix.* then, "):
        run(tmp_path / "table", same, ["no-skips"])
    assert tried == [("base", 0)]


def test_another_cell_of_one_name_is_refused(tmp_path, settings, tried):
    run(tmp_path, settings, ["base"])
    with pytest.raises(ValueError, match="another cell 'base'.*'a wider decoder' now"):
        run(tmp_path, settings, [Cell("base", "a wider decoder")])


def test_two_processes_keep_each_other_s_rows(tmp_path, settings):
    one, two = (Results(tmp_path, settings.as_json()) for _ in range(2))
    one.add({"cell": "base", "seed": 0, "change": ""})
    two.add({"cell": "base", "seed": 1, "change": ""})
    assert [row["seed"] for row in saved(tmp_path)["rows"]] == [0, 1]


def test_a_finished_table_is_printed(table, settings, data, validation, capsys):
    folder, _ = table
    line = f"--data {data} --validation {validation} --output {folder} --skip-first 1"
    line += " --validation-share 0.4 --size 32 --views 1 --steps 2 --batch-size 2"
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    line += " --cells base --markdown --quiet"
    args = parser.parse_args(line.split())
    args.backbone_weights = settings.backbone_weights
    assert command.run(args) == 0
    lines = capsys.readouterr().out.splitlines()
    header = "| cell | change | beside | J | difference | J held out | J seen kinds |"
    assert lines[0].startswith(header)
    assert [line.split(" | ")[0] for line in lines[2:5]] == [
        *("| base", "| no-correlation", "| references"),
    ]
    args.steps = 5
    with pytest.raises(ValueError, match="steps: 2 then, 5 now"):
        command.run(args)
