"""The folder of a table: one row per finished cell and seed, and what they share.

results.json                     the settings, the pictures and the rows
weights/<cell>-<seed>.weights.h5 each head as it was judged
features/                        cached features, which may be deleted at the end
"""

import json
import os
from pathlib import Path
from typing import Any

from tfcoseg.ablate.cells import Cell
from tfcoseg.files import differences, write_json


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
        self._about = {"settings": settings}
        self.rows: list[dict[str, Any]] = known["rows"] if known else []
        if self.rows:
            self._check_same(known["settings"], settings)
            self._about["pictures"] = known.get("pictures")
        self.folder.mkdir(parents=True, exist_ok=True)
        self._write()

    def has(self, cell: Cell, seed: int) -> bool:
        """Whether a cell is finished with a seed.

        Raises:
            ValueError: if another cell of that name is.
        """
        rows = [row for row in self.rows if row["cell"] == cell.name]
        for row in rows:
            if row["change"] != cell.change:
                raise ValueError(
                    f"{self.folder} holds rows of another cell {cell.name!r}; give "
                    f"this one another name. Received: {cell.change!r} now, then "
                    f"{row['change']!r}"
                )
        return any(row["seed"] == seed for row in rows)

    def check_pictures(self, pictures: dict[str, str]) -> None:
        """Makes sure that all rows are of the same pictures.

        Args:
            pictures: what `describe_pictures` returned.

        Raises:
            ValueError: if rows were made with others.
        """
        if self._about.get("pictures"):
            self._check_same(self._about["pictures"], pictures)
        self._about["pictures"] = pictures
        self._write()

    def add(self, row: dict[str, Any]) -> None:
        """Keeps a finished row, one of `trial`, beside those of other processes."""
        known = self._read()
        self.rows = [*(known["rows"] if known else self.rows), row]
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
            if not isinstance(known["settings"], dict):
                raise TypeError("the settings are no object")
            for row in known["rows"]:
                if missing := {"cell", "seed", "change"} - row.keys():
                    raise KeyError(*missing)
            return known
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(
                "Expected the settings and rows of a table; remove the file to start "
                f"anew. Received: {self._file}, which cannot be read: {error}"
            ) from error

    def _write(self):
        content = {**self._about, "rows": self.rows}
        write_json(self._file, content, overwrite=True)

    def _check_same(self, known, settings):
        if changed := differences(known, settings):
            raise ValueError(
                f"{self.folder} holds rows of other settings, which no table may mix; "
                f"take the same ones or another folder. Received: {changed}"
            )


def _others(folder):
    """Files that no table, and nothing that goes with one, has written."""
    ours = "features", "weights"
    return [
        file
        for file in folder.iterdir()
        if file.name not in ours and not file.name.startswith(("claims-", "."))
    ]
