"""Measure on kinds of object that were not trained on: one short run for each fold.

    python -m research.unseen --run runs/unseen
    git worktree add ../coseg-v2 4c75e63
    python -m research.unseen --run runs/unseen-v2 --coseg-v2 ../coseg-v2

The first command cuts PASCAL VOC's classes into four folds, and the kinds of all sets
into three; the second trains `coseg-v2`'s recipe, by the package of its time, on the
folds of kinds. Either writes RUN/rows.json, and resumes where it was interrupted.
"""

import argparse
import dataclasses
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from research.coseg_v3 import SETS, environment_folder, recipes
from tfcoseg.cli.main import main as tfcoseg
from tfcoseg.data import split_fold
from tfcoseg.data.folder import scan_folder
from tfcoseg.data.grouping import grouped
from tfcoseg.files import write_json
from tfcoseg.train import train

CLASSES, KINDS = ("class", 4), ("kind", 3)
# Of the embedded weights' two parts the first one, and of that about half.
UPPER_EPOCHS = 3
# Of a kind with many pictures the first ones are judged.
PER_GROUP = 10
V2_SETS = "pascal_coseg weizmann_horse human_seg ccp_person tiny_coco".split()
V2_OPTIONS = (
    "--joint-groups 4 --per-group 200 --negative-share 0.1 --full-weight 30 "
    "--head-epochs 3 --upper-epochs 8 --upper-learning-rate 3e-4 --finetune-epochs 0 "
    "--validation-share 0.08 --size 257 --views 4 --seed 1"
).split()
V2_BACKBONE = "mobilenet_v2_1.0_224_notop_dequant.weights.h5"


def recipe_without(data: Path, weights: Path, run: Path, by: str, folds: int, fold):
    """The `Recipe` of the embedded weights' first part, shorter, without a fold."""
    first = recipes(data, weights, run, small=False, seed=0)["first"]
    fold = {"folds": folds, "fold": fold, "fold_by": by}
    return dataclasses.replace(first, upper_epochs=UPPER_EPOCHS, **fold)


def usable(folder: Path) -> list:
    """The records of a folder; some groups of the sets have a single picture."""
    return scan_folder(folder)[0]


def held_out(data: Path, by: str, folds: int, fold: int) -> dict[str, list]:
    """{set: records that a fold holds out}, of groups of two pictures or more."""
    sets = SETS if by == "kind" else SETS[:1]
    found = {}
    for name in sets:
        records = split_fold(usable(data / name), folds, fold, by)[1]
        records = [r for g in grouped(records).values() if len(g) > 1 for r in g]
        if records:
            found[name] = records
    return found


def lay_out(folder: Path, records: list) -> None:
    """Makes a folder of links to records, for a package that knows no folds by kind."""
    for record in records:
        for kind, file in (("images", record.image), ("masks", record.mask)):
            link = folder / kind / record.group / file.name
            link.parent.mkdir(parents=True, exist_ok=True)
            if not link.is_symlink():
                link.symlink_to(file)


def row(reports: dict[str, Path], **facts) -> dict:
    """What is kept of a fold: J of each group, by set, as `tfcoseg evaluate` has it."""
    found = {}
    masks = 0
    for name, folder in reports.items():
        report = json.loads((folder / "results.json").read_text(encoding="utf-8"))
        found[name] = {group: of["J"] for group, of in report["groups"].items()}
        masks += sum(of["masks"] for of in report["groups"].values())
    groups = [j for of_set in found.values() for j in of_set.values()]
    mean = round(sum(groups) / len(groups), 1)
    return {**facts, "masks": masks, "mean J": mean, "J": found}


def measure(run: Path, data: Path, weights: Path, by: str, folds: int, fold: int):
    """Trains without a fold and judges on it; returns the row."""
    folder, start = run / f"{by}-{fold}", time.monotonic()
    recipe = recipe_without(data, weights, run, by, folds, fold)
    trained = train(folder / "training", recipe, verbose=2)
    reports = {}
    for name in held_out(data, by, folds, fold):
        reports[name] = folder / "reports" / name
        options = ["--folds", folds, "--fold", fold, "--fold-by", by]
        options += ["--per-group", PER_GROUP] if by == "kind" else []
        options += ["--output", reports[name], "--overwrite", "--quiet"]
        command = ["evaluate", "--data", data / name, "--weights", trained, *options]
        # The code 1 means that groups with a single picture were left out.
        if tfcoseg(list(map(str, command))) > 1:
            raise SystemExit(f"failed: {command}")
    facts = {"recipe": "coseg-v3", "fold_by": by, "folds": folds, "fold": fold}
    return row(reports, **facts, minutes=round((time.monotonic() - start) / 60))


def measure_v2(run: Path, data: Path, weights: Path, fold: int, package: Path):
    """The same of coseg-v2's recipe, trained and judged by the package of its time."""
    folder, start = run / f"kind-{fold}", time.monotonic()
    every = {name: usable(data / name) for name in SETS}
    kept = split_fold([r for rs in every.values() for r in rs], KINDS[1], fold, "kind")
    kept = set(kept[0])
    training = []
    for name in V2_SETS:
        if records := [record for record in every[name] if record in kept]:
            lay_out(folder / "kept" / name, records)
            training.append(folder / "kept" / name)

    def old(*command):
        environment = {**os.environ, "PYTHONPATH": str(package.resolve())}
        words = [sys.executable, "-m", "tfcoseg", *map(str, command)]
        subprocess.run(words, check=True, env=environment, cwd=package)

    trained = folder / "training" / "best.weights.h5"
    if not trained.exists():
        backbone = ["--backbone-weights", weights / V2_BACKBONE]
        options = ["--data", *training, *V2_OPTIONS, *backbone]
        old("train", *options, "--run", folder / "training", "--quiet")
    reports = {}
    for name, records in held_out(data, "kind", KINDS[1], fold).items():
        lay_out(folder / "held_out" / name, records)
        reports[name] = folder / "reports" / name
        options = ["--per-group", PER_GROUP, "--output", reports[name], "--overwrite"]
        options += ["--weights", trained, "--quiet"]
        old("evaluate", "--data", folder / "held_out" / name, *options)
    facts = {"recipe": "coseg-v2", "fold_by": "kind", "folds": KINDS[1], "fold": fold}
    return row(reports, **facts, minutes=round((time.monotonic() - start) / 60))


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m research.unseen",
        description="Measure on kinds that were not trained on.",
    )
    add = parser.add_argument
    add("--run", type=Path, required=True, help="folder of all runs and of rows.json")
    add(
        "--coseg-v2",
        type=Path,
        metavar="CHECKOUT",
        help="measure the recipe of coseg-v2 instead, by this checkout of 4c75e63",
    )
    add("--fold-by", choices=("class", "kind"), help="(default: both)")
    given = parser.parse_args(arguments)
    data, weights = (environment_folder(parser, name) for name in ("DATA", "WEIGHTS"))
    run = given.run.resolve()
    file = run / "rows.json"
    rows = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    done = {(each["fold_by"], each["fold"]) for each in rows}
    for by, folds in (KINDS,) if given.coseg_v2 else (KINDS, CLASSES):
        for fold in range(folds):
            if (by, fold) in done or given.fold_by not in (None, by):
                continue
            if given.coseg_v2:
                rows.append(measure_v2(run, data, weights, fold, given.coseg_v2))
            else:
                rows.append(measure(run, data, weights, by, folds, fold))
            write_json(file, rows, overwrite=True)
            print(by, fold, rows[-1]["mean J"], flush=True)


if __name__ == "__main__":
    main()
