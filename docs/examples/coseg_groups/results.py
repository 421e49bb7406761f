"""What is written of a group: its masks, and a record that makes it worth something."""

import hashlib
import io
import json
import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from coseg_groups.manifest import Group
from coseg_groups.model import Answer
from PIL import Image

from tfcoseg.coco import encode_rle

RECORD = "group.json"


class Results:
    """A folder with a folder for each group.

    The record is written last: where it is, the masks that it names are there in full.
    It holds the digests of the pictures and of the model, so that a later run knows
    what it need not do again, and of the masks, so that it knows they are those.

    Args:
        output: the folder, a path or URL; need not exist yet.
        made_with: what all results depend on: "model" and "threshold".
        files: has `read(path)`, `replace(path, content)` and `remove(path)`; reading
            what is not there raises OSError.
    """

    def __init__(self, output: str, made_with: dict[str, Any], files: Any):
        self.output = output.rstrip("/")
        self.made_with = made_with
        self.files = files

    def has(self, group: Group, digests: Sequence[str]) -> bool:
        """Whether a group has been finished, with these pictures and this model."""
        record = self._read(group)
        if record.get("inputs") != self._inputs(group, digests):
            return False
        return all(
            self._digest(group, entry["mask"]) == entry["mask_sha256"]
            for entry in record["pictures"]
        )

    def write(self, group: Group, digests: Sequence[str], answer: Answer) -> None:
        """Writes a group; the same once more if it is there, to the byte."""
        before = self._read(group)
        entries = []
        rows = zip(group.pictures, answer.masks, answer.scores, strict=True)
        for number, (name, soft_mask, score) in enumerate(rows):
            mask = _thresholded(soft_mask, self.made_with["threshold"])
            content = _png(mask)
            file = f"{number:02}_{_readable(PurePosixPath(name).stem)}_mask.png"
            self.files.replace(self._path(group, file), content)
            entries.append(
                {
                    "file": name,
                    "height": mask.shape[0],
                    "width": mask.shape[1],
                    "found": bool(mask.any()),
                    "score": round(score, 4),
                    "area": round(float((mask > 0).mean()), 9),
                    "segmentation": encode_rle(mask),
                    "mask": file,
                    "mask_sha256": hashlib.sha256(content).hexdigest(),
                }
            )
        inputs = self._inputs(group, digests)
        record = {"group": group.name, "inputs": inputs, "pictures": entries}
        text = json.dumps(record, indent=1, allow_nan=False) + "\n"
        self.files.replace(self._path(group, RECORD), text.encode())
        written = {entry["mask"] for entry in entries}
        for entry in before.get("pictures", ()):
            if entry["mask"] not in written:
                self.files.remove(self._path(group, entry["mask"]))

    def _inputs(self, group, digests):
        pictures = [
            {"file": name, "sha256": sha256}
            for name, sha256 in zip(group.pictures, digests, strict=True)
        ]
        return {**self.made_with, "pictures": pictures}

    def _read(self, group):
        """The record of an earlier run; empty if there is none that can be read."""
        try:
            record = json.loads(self.files.read(self._path(group, RECORD)))
            masks = [(e["mask"], e["mask_sha256"]) for e in record["pictures"]]
        except (OSError, ValueError, KeyError, TypeError):
            return {}
        return record if masks else {}

    def _digest(self, group, file):
        try:
            content = self.files.read(self._path(group, file))
        except OSError:
            return None
        return hashlib.sha256(content).hexdigest()

    def _path(self, group, file):
        return f"{self.output}/{folder_name(group.name)}/{file}"


def folder_name(group: str) -> str:
    """A folder for a group, whatever it is called.

    What is not a letter of ASCII, a digit or a hyphen becomes an underscore; names that
    are then alike are kept apart by the first digits of their SHA-256.

    >>> folder_name("farm/sheep")
    'farm_sheep-6371cc0b5fbb'
    """
    return f"{_readable(group)}-{hashlib.sha256(group.encode()).hexdigest()[:12]}"


def _readable(name):
    return re.sub(r"[^A-Za-z0-9-]+", "_", name)[:40]


def _thresholded(soft_mask, threshold):
    """The mask, uint8 of 0 and 255, of the PNG of probabilities."""
    with Image.open(io.BytesIO(soft_mask)) as image:
        probabilities = np.asarray(image) / np.float32(255)
    found = probabilities.any()  # or a threshold of 0 would make all of it object
    return np.uint8(255) * (found & (probabilities >= threshold))


def _png(mask):
    file = io.BytesIO()
    Image.fromarray(mask).save(file, "PNG")
    return file.getvalue()
