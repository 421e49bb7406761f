import csv
import dataclasses
import json

import h5py
import keras
import numpy as np
import pytest

from tfcoseg.train import Recipe
from tfcoseg.train.run_folder import RunFolder, RunRecorder


@pytest.fixture
def model():
    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    return model


def commit(folder, model, losses, stage="head"):
    for loss in losses:
        epoch = len(folder.stage_rows(stage)) + 1
        model.layers[0].set_weights([np.full((2, 1), loss), np.zeros(1)])
        row = {"stage": stage, "epoch": epoch, "val_loss": loss}
        folder.commit(row, model, keras.Model(model.inputs, model.outputs))


def finish(folder, model):
    bare = keras.Model(model.inputs, model.outputs)
    bare.load_weights(folder.best_checkpoint)
    return folder.finish(bare.save_weights)


def first_weight(file):
    bare = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
    bare.load_weights(file)
    return float(bare.layers[0].get_weights()[0][0, 0])


def test_opened_again_it_knows_everything(tmp_path, model):
    commit(RunFolder(tmp_path, {"seed": 1}), model, [3.0, 1.0, 2.0])
    again = RunFolder(tmp_path, {"seed": 1})
    assert [row["val_loss"] for row in again.rows] == [3.0, 1.0, 2.0]
    assert again.epochs_since_best("head") == 1
    assert first_weight(again.best_checkpoint) == 1.0
    assert first_weight(again.last_checkpoint) == 2.0
    assert json.loads((tmp_path / "arguments.json").read_text()) == {
        "recipe": {"seed": 1}
    }
    with open(tmp_path / "log.csv", newline="") as file:
        assert [row["val_loss"] for row in csv.DictReader(file)] == [
            "3.0",
            "1.0",
            "2.0",
        ]


def test_the_best_of_all_stages_stays(tmp_path, model):
    folder = RunFolder(tmp_path, {})
    commit(folder, model, [1.0])
    commit(folder, model, [2.0, 1.5], "finetune")
    assert first_weight(folder.best_checkpoint) == 1.0
    assert folder.epochs_since_best("finetune") == 0
    assert len(list(tmp_path.glob("*.h5"))) == 2


def test_the_last_checkpoint_holds_the_optimizer_and_the_best_does_not(tmp_path, model):
    model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
    folder = RunFolder(tmp_path, {})
    commit(folder, model, [1.0])
    model.optimizer.iterations.assign(0)
    model.load_weights(folder.last_checkpoint)
    assert int(model.optimizer.iterations) == 1
    with h5py.File(folder.best_checkpoint) as file:
        assert "optimizer" not in file


def test_a_kill_before_the_state_is_replaced_leaves_the_old_one(
    tmp_path, model, monkeypatch
):
    folder = RunFolder(tmp_path, {})
    commit(folder, model, [2.0])
    monkeypatch.setattr(folder, "_replace_state", lambda state: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        commit(folder, model, [1.0])
    (tmp_path / "new.weights.h5").write_bytes(b"half a file")
    again = RunFolder(tmp_path, {})
    assert [row["val_loss"] for row in again.rows] == [2.0]
    assert first_weight(again.best_checkpoint) == 2.0
    commit(again, model, [1.5])
    assert first_weight(again.best_checkpoint) == 1.5
    assert len(list(tmp_path.glob("*-*.h5"))) == 2


@pytest.mark.parametrize("written", ["_replace_state", "_tidy"])
def test_a_kill_after_any_step_of_a_commit_leaves_a_whole_run(
    tmp_path, model, monkeypatch, written
):
    folder = RunFolder(tmp_path, {})
    commit(folder, model, [2.0])
    step = getattr(folder, written)

    def killed(*args):
        step(*args)
        raise KeyboardInterrupt

    monkeypatch.setattr(folder, written, killed)
    with pytest.raises(KeyboardInterrupt):
        commit(folder, model, [1.0])
    again = RunFolder(tmp_path, {})
    assert [row["val_loss"] for row in again.rows] == [2.0, 1.0]
    with open(tmp_path / "log.csv", newline="") as file:
        assert len(list(csv.DictReader(file))) == 2
    assert {file.name for file in tmp_path.glob("*-*.h5")} == {
        again.last_checkpoint.name,
        again.best_checkpoint.name,
    }


def test_a_kill_at_the_very_start_leaves_a_folder_that_may_be_used(tmp_path):
    (tmp_path / "arguments.json.new").write_text('{"rec')
    assert RunFolder(tmp_path, {"seed": 1}).rows == []


def test_other_arguments_are_refused_once_there_are_epochs(tmp_path, model):
    RunFolder(tmp_path, {"seed": 1, "views": 3})
    folder = RunFolder(tmp_path, {"seed": 1, "views": 4}, {"tfcoseg": "0.1.0"})
    commit(folder, model, [1.0])
    with pytest.raises(ValueError, match="seed: 1 then, 2 now"):
        RunFolder(tmp_path, {"seed": 2, "views": 4})
    RunFolder(tmp_path, {"seed": 1, "views": 4}, {"tfcoseg": "0.2.0"})


def test_a_loss_that_is_not_finite_is_no_epoch(tmp_path, model):
    folder = RunFolder(tmp_path, {})
    with pytest.raises(
        ValueError, match="lower learning rate.*Received: nan in epoch 1"
    ):
        commit(folder, model, [float("nan")])
    assert folder.rows == []


def test_a_folder_of_other_things_is_refused(tmp_path):
    (tmp_path / "letters.txt").write_text("dear")
    with pytest.raises(ValueError, match="which holds other files"):
        RunFolder(tmp_path, {})
    assert [file.name for file in tmp_path.iterdir()] == ["letters.txt"]


def test_finishing(tmp_path, model):
    folder = RunFolder(tmp_path, {})
    commit(folder, model, [2.0, 3.0])
    assert not folder.finished
    assert first_weight(finish(folder, model)) == 2.0
    assert RunFolder(tmp_path, {}).finished


def test_the_recorder_stops_when_patience_ends(tmp_path, model):
    folder = RunFolder(tmp_path, {})
    commit(folder, model, [-1.0])  # better than anything to come
    network = keras.Model(model.inputs, model.outputs)
    data = np.ones((4, 2)), np.ones((4, 1))
    history = model.fit(
        *data,
        validation_data=data,
        initial_epoch=1,
        epochs=9,
        callbacks=[RunRecorder(folder, "head", network, patience=2)],
        verbose=0,
    )
    assert len(history.epoch) == 2
    assert [row["epoch"] for row in folder.rows] == [1, 2, 3]
    assert folder.rows[-1]["learning_rate"] == pytest.approx(1e-3)


def test_another_fold_is_another_run(tmp_path, model):
    recipe = dataclasses.asdict(Recipe(data=("a",)))
    without = {name: recipe[name] for name in recipe if not name.startswith("fold")}
    commit(RunFolder(tmp_path, without), model, [1.0])
    # A run of before there were folds goes on; one with a fold does not become another.
    assert RunFolder(tmp_path, recipe).rows
    other = {**recipe, "folds": 4, "fold": 1, "fold_by": "class"}
    with pytest.raises(ValueError, match="fold: None then, 1 now; fold_by"):
        RunFolder(tmp_path, other)


def test_files_of_ones_own_stay(tmp_path, model):
    commit(RunFolder(tmp_path, {}), model, [2.0, 1.0])
    names = ["best-mine.weights.h5", "last-0001-kept.weights.h5", "notes.txt"]
    for name in names:
        (tmp_path / name).write_text("mine")
    commit(RunFolder(tmp_path, {}), model, [0.5])
    assert all((tmp_path / name).read_text() == "mine" for name in names)
    assert not (tmp_path / "best-0002.weights.h5").exists()


def test_a_finished_run_gives_its_weights_again(tmp_path, model):
    folder = RunFolder(tmp_path, {}, {"tfcoseg": "1"})
    commit(folder, model, [2.0, 3.0])
    finish(folder, model).unlink()
    again = RunFolder(tmp_path, {}, {"tfcoseg": "2"})
    assert first_weight(finish(again, model)) == 2.0
    # It was trained by the version that trained it, whoever looks at it later.
    assert json.loads((tmp_path / "arguments.json").read_text())["tfcoseg"] == "1"
