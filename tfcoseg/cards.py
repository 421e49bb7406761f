"""Cards: what is known of weights, in JSON beside or inside them; no TensorFlow."""

import hashlib
import json
import os
import zipfile
from pathlib import Path
from typing import Any

from tfcoseg.embedded import embedded_weights_path

# What exports call the card: in the zip behind a LiteRT file, and in the folder of a
# SavedModel that TensorFlow Serving leaves to others.
CARD_FILE, EXTRA_FOLDER = "model_card.json", "assets.extra"
# What `tfcoseg train` leaves beside its weights: every argument of the run.
RUN_FILE = "arguments.json"

_SUFFIXES = (".weights.h5", ".keras")


def read_card(weights: str | os.PathLike) -> dict[str, Any]:
    """The card of a model: embedded weights by name, a file, or an exported one.

    Args:
        weights: `"coseg"`, `"coseg-v3"`, a `.weights.h5` or `.keras` file, whose card
            is the `.json` of that name beside it, or an exported `.tflite` file or
            SavedModel, which hold theirs.

    Returns:
        What the card says, if there is one. In any case `"sha256"` of the file (of a
        SavedModel, of its files), and `"name"`: the file's without its suffixes, or
        what the card of an export says.

    Raises:
        FileNotFoundError: if there is no such model.
        ValueError: if the card cannot be read.

    Example:

    >>> card = read_card("coseg")
    >>> card["name"], len(card["sha256"])
    ('coseg-v3', 64)
    """
    path = embedded_weights_path(str(weights)) or Path(weights)
    if path.is_dir():
        card = _parse(path / EXTRA_FOLDER / CARD_FILE)
        files = sorted(file for file in path.rglob("*") if file.is_file())
        return {"name": path.name, **card, "sha256": _sha256(*files)}
    if path.suffix == ".tflite":
        sha256 = _sha256(path)
        return {"name": path.stem, **_packed(path), "sha256": sha256}
    suffix = next((s for s in _SUFFIXES if path.name.endswith(s)), path.suffix)
    name = path.name.removesuffix(suffix)
    sha256 = _sha256(path)
    return {**_parse(path.with_name(f"{name}.json")), "name": name, "sha256": sha256}


def read_run(weights: str | os.PathLike) -> dict[str, Any]:
    """The recipe of the training run in whose folder weights lie; empty if in none.

    Raises:
        ValueError: if what the run left cannot be read.

    Example:

    >>> read_run("coseg")  # embedded weights lie in no folder of a run
    {}
    """
    path = embedded_weights_path(str(weights)) or Path(weights)
    return _parse(path.with_name(RUN_FILE)).get("recipe", {})


def _sha256(*paths):
    digest = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def _packed(path):
    if not zipfile.is_zipfile(path):
        return {}
    with zipfile.ZipFile(path) as archive:
        if CARD_FILE not in archive.namelist():
            return {}
        return _parse(path, archive.read(CARD_FILE))


def _parse(path, content=None) -> dict[str, Any]:
    """The card in a file; nothing if there is no such file."""
    if content is None and not path.is_file():
        return {}
    try:
        card = json.loads(path.read_bytes() if content is None else content)
    except ValueError as error:
        raise ValueError(
            f"Expected a card in JSON beside the weights. Received: {path}: {error}"
        ) from error
    return card if isinstance(card, dict) else {}
