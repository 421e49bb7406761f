import csv
import dataclasses
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import tfcoseg
from tfcoseg.applications import CoSegMobileNetV2, load_model
from tfcoseg.data import read_folder
from tfcoseg.train import Recipe, train
from tfcoseg.train.recipe import _calibrate


def rows_of(run):
    with open(run / "log.csv", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def whole(recipe, tmp_path_factory):
    """The folder of a run that nothing disturbed."""
    run = tmp_path_factory.mktemp("whole") / "run"
    train(run, recipe, tensorboard=True, verbose=0)
    return run


@pytest.mark.slow
def test_a_run_from_the_beginning_to_the_end(recipe, whole):
    run = whole
    weights = train(run, recipe, verbose=0)
    rows = rows_of(run)
    assert [(row["stage"], row["epoch"]) for row in rows] == [
        *(("head", str(epoch)) for epoch in (1, 2, 3)),
        *(("upper", str(epoch)) for epoch in (1, 2)),
        *(("finetune", str(epoch)) for epoch in (1, 2)),
    ]
    assert {"loss", "val_loss", "val_mask_a_binary_iou", "learning_rate"} <= set(
        rows[0]
    )
    arguments = json.loads((run / "arguments.json").read_text())
    assert arguments["recipe"] == json.loads(json.dumps(dataclasses.asdict(recipe)))
    assert arguments["tfcoseg"] == tfcoseg.__version__
    assert list((run / "tensorboard").glob("*/**/events*"))
    assert not (run / "features").exists()

    # The head stage leaves the encoder alone; the file serves as the model's weights.
    trained = load_model(str(weights))
    start = CoSegMobileNetV2(weights=None)
    start.get_layer("siamese_encoder").load_backbone(recipe.backbone_weights)
    best = min(rows, key=lambda row: float(row["val_loss"]))
    encoders = [m.get_layer("siamese_encoder") for m in (trained, start)]

    def same(part):
        weights = [getattr(each, part).get_weights() for each in encoders]
        return all(np.array_equal(one, two) for one, two in zip(*weights))

    assert same("trunk") and same("branch") == (best["stage"] == "head")

    # Descriptors and verification are set from the pictures.
    variances = [each.descriptor_variance.numpy() for each in encoders]
    assert not np.allclose(*variances)
    settings = [
        [float(getattr(m.get_layer("verification"), name)) for m in (trained, start)]
        for name in ("slope", "bias", "min_score")
    ]
    assert all(one != other for one, other in settings)

    # Finished is finished.
    before = {file: file.stat().st_mtime_ns for file in run.glob("*.h5")}
    assert train(run, recipe, verbose=0) == weights
    assert before == {file: file.stat().st_mtime_ns for file in run.glob("*.h5")}


@pytest.mark.slow
def test_fewer_validation_pictures_than_a_batch(recipe, drawn_folder, tmp_path):
    """The default batches are larger than what a small folder keeps for validation."""
    small = dataclasses.replace(
        recipe,
        validation=(),
        validation_share=0.4,
        head_batch_size=8,
        head_epochs=1,
        upper_epochs=0,
        finetune_epochs=0,
        steps_per_epoch=1,
    )
    train(tmp_path / "run", small, verbose=0)
    (row,) = rows_of(tmp_path / "run")
    assert float(row["val_loss"]) > 0


def test_without_a_model_it_begins_with_the_embedded_weights(drawn_folder):
    """As the command does with nothing but a folder and a run."""
    data = (str(drawn_folder),)
    assert Recipe(data).weights == "coseg"
    for given in ({"model": "mobilenetv2"}, {"backbone_weights": "b.npz"}):
        assert Recipe(data, **given).weights is None
    assert Recipe(data, weights="mine.weights.h5").weights == "mine.weights.h5"


@pytest.mark.parametrize("count, changed", [(4, False), (14, True)])
def test_few_pictures_leave_the_calibration_alone(
    count, changed, recipe, tmp_path, monkeypatch
):
    """Of weights that have one: from a few pictures it would be worse."""
    asked = []
    monkeypatch.setattr(
        "tfcoseg.train.recipe.calibrate", lambda *given: asked.append(given)
    )
    records = [
        dataclasses.replace(record, name=f"{record.name}-{copy}")
        for copy in range(count)
        for record in read_folder(recipe.data[0])[::4]
    ]
    given = dataclasses.replace(recipe, weights="mine.weights.h5")
    _calibrate(CoSegMobileNetV2(weights=None), records, given)
    assert bool(asked) is changed
    _calibrate(CoSegMobileNetV2(weights=None), records, recipe)
    ((_, pairs, size),) = asked[-1:]
    assert len(pairs) == 6 * len(records) and size == 48
    assert sum(pair.positive for pair in pairs) == len(pairs) / 2


def test_no_epochs_at_all_are_refused(recipe):
    with pytest.raises(ValueError, match="at least one epoch"):
        dataclasses.replace(recipe, head_epochs=0, upper_epochs=0, finetune_epochs=0)


@pytest.mark.slow
def test_killed_three_times_it_is_the_run_that_was_not(recipe, whole, tmp_path):
    """kill -9 at random moments of all stages."""
    killed = tmp_path / "killed"
    command = [sys.executable, "-m", "tfcoseg", "train", "--run", str(killed)]
    for name, value in dataclasses.asdict(recipe).items():
        option = {"sizes": "size", "void_value": "void"}.get(name, name)
        values = value if isinstance(value, tuple) else [value]
        if value not in (None, (), True):
            command += [f"--{option.replace('_', '-')}", *map(str, values)]

    def rows():
        file = killed / "state.json"
        return json.loads(file.read_text())["rows"] if file.exists() else []

    moments = random.Random(0)
    stages = []
    # After so many epochs in all, or a moment later: in the head's stage, about its
    # end, in fine-tuning. `python -m tests.soak train` does so more often.
    for epochs in (1, 3, 6):
        # A file, since a pipe that nobody reads fills up and stops the process.
        errors = open(tmp_path / "errors.txt", "w+b")
        process = subprocess.Popen(command, stdout=errors, stderr=errors)
        while len(rows()) < epochs and process.poll() is None:
            time.sleep(0.02)
        time.sleep(moments.uniform(0, 0.4))
        assert process.poll() is None, (tmp_path / "errors.txt").read_text()
        before = rows()
        process.send_signal(signal.SIGKILL)
        process.wait()
        errors.close()
        # Nothing that had been recorded is lost.
        assert rows()[: len(before)] == before
        stages.append(rows()[-1]["stage"] if rows() else "head")
    assert stages[0] == "head" and stages[-1] == "finetune"
    assert train(killed, recipe, verbose=0) == killed / "best.weights.h5"

    expected, found = rows_of(whole), rows_of(killed)
    assert [(r["stage"], r["epoch"]) for r in found] == [
        (r["stage"], r["epoch"]) for r in expected
    ]
    # The same pairs in the same order from the same state: the same losses.
    for name in ("loss", "val_loss", "learning_rate"):
        np.testing.assert_allclose(
            [float(row[name]) for row in found],
            [float(row[name]) for row in expected],
            rtol=0.02,
        )
    best = min(range(len(found)), key=lambda index: float(found[index]["val_loss"]))
    state = json.loads((killed / "state.json").read_text())
    assert state["best"] == f"best-{best + 1:04d}.weights.h5"

    # A finished run does not train again.
    stamp = os.stat(killed / "state.json").st_mtime_ns
    train(killed, recipe, verbose=0)
    assert os.stat(killed / "state.json").st_mtime_ns == stamp


@pytest.mark.parametrize(
    "given, error, message",
    [
        ({"data": "my_pictures"}, TypeError, "`data` must be a list.*'my_pictures'"),
        ({"data": ()}, ValueError, "a folder or more, `data`"),
        ({"sizes": ()}, ValueError, "a size or more, `sizes`"),
        ({"steps_per_epoch": 0}, ValueError, "`steps_per_epoch` must be 1 or more.* 0"),
        ({"model": "vit"}, ValueError, "`model` must be one of.*lite2.* 'vit'"),
        ({"self_share": 2}, ValueError, "`self_share` must be in 0..1.* 2"),
        ({"validation_share": 7}, ValueError, "`validation_share` must be in 0..1.* 7"),
    ],
)
def test_a_recipe_that_cannot_be(given, error, message):
    with pytest.raises(error, match=message):
        Recipe(**{"data": ("a",), **given})


def test_paths_are_kept_as_text():
    recipe = Recipe(data=[Path("a"), "b"], validation=[Path("c")])
    assert recipe == Recipe(data=("a", "b"), validation=("c",))


def test_pairs_that_cannot_be_are_an_error_before_training(recipe, tmp_path):
    """Cats and dogs are both animals, which no negative pair may join."""
    root = tmp_path / "pets"
    for kind in ("images", "masks"):
        for old, new in (("red", "cat"), ("green", "dog")):
            shutil.copytree(Path(recipe.data[0]) / kind / old, root / kind / new)
    given = {"data": (str(root),), "validation": (str(root),), "exclusions": "likely"}
    pets = dataclasses.replace(recipe, **given)
    with pytest.raises(ValueError, match="share no object.*--negative-share 0"):
        train(tmp_path / "run", pets, verbose=0)
    assert not (tmp_path / "run" / "log.csv").exists()
