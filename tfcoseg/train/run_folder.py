"""The folder of a training run: what it was asked, what it did, where it stands.

    arguments.json           every argument of the run, and the package's version
    log.csv                  one row per finished epoch
    state.json               the rows again and the checkpoints they go with
    last-*.weights.h5        weights and optimizer after the last finished epoch
    best-*.weights.h5        weights of the epoch with the lowest validation loss
    best.weights.h5          the same, written when the run has finished
    left_out.txt             a line on each file that could not be used, if any

An epoch counts from the moment `state.json` is replaced: whatever kills the run before
leaves the previous state whole.
"""

import csv
import io
import json
import math
import os
import re
from collections.abc import Callable
from pathlib import Path

import keras

from tfcoseg.cards import RUN_FILE
from tfcoseg.files import differences

MONITOR = "val_loss"
_STATE = "state.json"
_CHECKPOINT = re.compile(r"(last|best)-\d{4,}\.weights\.h5")


class RunFolder:
    """State of a run on disk, opened anew or to resume.

    Args:
        path: the folder; made if it does not exist.
        arguments: what the run is asked to do, JSON-serialisable. A folder that holds
            finished epochs is opened only with the arguments of that run.
        notes: what else to keep with the arguments; may change from run to run.

    Raises:
        ValueError: if the folder holds a run with other arguments, or files but no run.
    """

    def __init__(
        self, path: str | os.PathLike, arguments: dict, notes: dict | None = None
    ):
        self.path = Path(path)
        self.path.mkdir(parents=True, exist_ok=True)
        known = self._read(RUN_FILE)
        if known is None and any(not _is_ours(file) for file in self.path.iterdir()):
            raise ValueError(
                "A run needs a folder of its own, new, empty or holding that run. "
                f"Received: {self.path}, which holds other files"
            )
        empty = {"rows": [], "last": None, "best": None, "finished": False}
        self._state = self._read(_STATE) or empty
        # A lone JSON round trip: tuples become lists, as they are in the file.
        arguments = json.loads(json.dumps(arguments))
        if known is not None and self.rows:
            self._check_same(known["recipe"], arguments)
        if not self.finished:
            described = {"recipe": arguments, **(notes or {})}
            self._write(RUN_FILE, json.dumps(described, indent=2))
        self._tidy()

    @property
    def rows(self) -> list[dict]:
        """One dict per finished epoch: stage, epoch, then losses and metrics."""
        return list(self._state["rows"])

    @property
    def finished(self) -> bool:
        """Whether there is nothing left to train."""
        return self._state["finished"]

    @property
    def last_checkpoint(self) -> Path | None:
        """Weights and optimizer of the model in training, after the last epoch."""
        return self._state["last"] and self.path / self._state["last"]

    @property
    def best_checkpoint(self) -> Path | None:
        """Weights of the whole network after the best epoch of all stages so far."""
        return self._state["best"] and self.path / self._state["best"]

    def stage_rows(self, stage: str) -> list[dict]:
        """The finished epochs of one stage."""
        return [row for row in self.rows if row["stage"] == stage]

    def epochs_since_best(self, stage: str) -> int:
        """How many epochs of a stage have passed since its lowest validation loss."""
        losses = [row[MONITOR] for row in self.stage_rows(stage)]
        return len(losses) - 1 - losses.index(min(losses)) if losses else 0

    def commit(self, row: dict, trained: keras.Model, network: keras.Model) -> None:
        """Records a finished epoch.

        Args:
            row: stage, epoch and figures, "val_loss" among them.
            trained: the compiled model, kept with its optimizer for resuming.
            network: the whole network, kept without one if this epoch is the best.
        """
        if not math.isfinite(row[MONITOR]):
            raise ValueError(
                "The validation loss must stay finite; take a lower learning rate in a "
                f"new run. Received: {row[MONITOR]} in epoch {row['epoch']} of stage "
                f"{row['stage']}"
            )
        rows = [*self.rows, row]
        number = f"{len(rows):04d}.weights.h5"
        state = {**self._state, "rows": rows, "last": f"last-{number}"}
        self._save(trained, state["last"])
        if row[MONITOR] <= min(each[MONITOR] for each in rows):
            state["best"] = f"best-{number}"
            self._save(network, state["best"])
        self._replace_state(state)
        self._tidy()

    @property
    def final(self) -> Path:
        """The weights that a finished run leaves."""
        return self.path / "best.weights.h5"

    def finish(self, save: Callable[[Path], None]) -> Path:
        """Writes the best weights for good, and returns their path.

        Args:
            save: writes the weights to the `.weights.h5` file that it is given.
        """
        temporary = self.path / "new.weights.h5"
        save(temporary)
        os.replace(temporary, self.final)
        self._replace_state({**self._state, "finished": True})
        return self.final

    def _check_same(self, known, arguments):
        if changed := differences(known, arguments):
            raise ValueError(
                f"{self.path} holds a run with other arguments; resume it with the "
                f"same or take another folder. Received: {changed}"
            )

    def _replace_state(self, state):
        self._write(_STATE, json.dumps(state, indent=1))
        self._state = state

    def _tidy(self):
        """What follows from the state: the log, and no other checkpoints."""
        if self.rows:
            self._write("log.csv", _as_csv(self.rows))
        kept = self._state["last"], self._state["best"]
        for file in self.path.iterdir():
            if _CHECKPOINT.fullmatch(file.name) and file.name not in kept:
                file.unlink()

    def _save(self, model, name):
        temporary = self.path / "new.weights.h5"
        model.save_weights(temporary, overwrite=True)
        os.replace(temporary, self.path / name)

    def _read(self, name):
        file = self.path / name
        return json.loads(file.read_text()) if file.exists() else None

    def _write(self, name, text):
        temporary = self.path / f"{name}.new"
        with open(temporary, "w", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, self.path / name)


class RunRecorder(keras.callbacks.Callback):
    """Commits every epoch to a `RunFolder` and stops a stage that no longer improves.

    Args:
        folder: the run's folder.
        stage: name of the stage.
        network: the whole network, of which the model in training may be a part.
        patience: epochs without a lower validation loss before the stage ends.
    """

    def __init__(self, folder, stage, network, patience):
        super().__init__()
        self.folder, self.stage, self.network = folder, stage, network
        self.patience = patience

    def on_epoch_end(self, epoch, logs=None):
        row = {"stage": self.stage, "epoch": epoch + 1}
        row |= {name: float(value) for name, value in (logs or {}).items()}
        row["learning_rate"] = float(self.model.optimizer.learning_rate)
        self.folder.commit(row, self.model, self.network)
        if self.folder.epochs_since_best(self.stage) >= self.patience:
            self.model.stop_training = True


def _is_ours(file):
    """Whether a file can be what a run leaves that was killed at its very start."""
    return file.suffix == ".new"


def _as_csv(rows):
    text = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
