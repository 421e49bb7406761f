"""The folder of a table: one row per finished cell and seed, and what they share.

results.json                     the settings and the rows
weights/<cell>-<seed>.weights.h5 each head as it was judged
features/                        cached features, which may be deleted at the end
"""

import json
import os
from pathlib import Path
from typing import Any

from tfcoseg.files import write_json
from tfcoseg.train.run_folder import differences


class Results:
    """Rows on disk; a row counts from the moment `results.json` is replaced.

    Args:
        folder: made if it does not exist.
        settings: what `Settings.as_json` returned.

    Raises:
        ValueError: if the folder holds rows of other settings, or something else.
    """

    def __init__(self, folder: str | os.PathLike, settings: dict[str, Any]):
        self.folder = Path(folder)
        self._file = self.folder / "results.json"
        known = self._read()
        if known is None and self.folder.is_dir() and _others(self.folder):
            raise ValueError(
                "A table needs a folder of its own, new, empty or holding that very "
                f"table. Received: {self.folder}, which holds other files"
            )
        if known is not None:
            self._check_same(known["settings"], settings)
        self._settings = settings
        self.rows: list[dict[str, Any]] = known["rows"] if known else []
        self.folder.mkdir(parents=True, exist_ok=True)
        self._write()

    def has(self, cell: str, seed: int) -> bool:
        """Whether a cell is finished with a seed."""
        return any(row["cell"] == cell and row["seed"] == seed for row in self.rows)

    def add(self, row: dict[str, Any]) -> None:
        """Keeps a finished row, one of `trial`."""
        self.rows.append(row)
        self._write()

    def weights_file(self, cell: str, seed: int) -> Path:
        """Where a head's weights go."""
        file = self.folder / "weights" / f"{cell}-{seed}.weights.h5"
        file.parent.mkdir(exist_ok=True)
        return file

    def _read(self):
        if not self._file.exists():
            return None
        try:
            known = json.loads(self._file.read_text(encoding="utf-8"))
            return {"settings": known["settings"], "rows": known["rows"]}
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(
                "Expected the settings and rows of a table; remove the file to start "
                f"anew. Received: {self._file}, which cannot be read: {error}"
            ) from error

    def _write(self):
        content = {"settings": self._settings, "rows": self.rows}
        write_json(self._file, content, overwrite=True)

    def _check_same(self, known, settings):
        if changed := differences(known, settings):
            raise ValueError(
                f"{self.folder} holds rows of other settings, which no table may mix; "
                f"take the same ones or another folder. Received: {changed}"
            )


def _others(folder):
    """Files that no table, and nothing that goes with one, has written."""
    return [f for f in folder.iterdir() if not f.name.startswith("claims-")]
