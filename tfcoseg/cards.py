"""Cards: what is known of weights, in JSON beside them; no TensorFlow."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from tfcoseg.embedded import embedded_weights_path

_SUFFIXES = (".weights.h5", ".keras")


def read_card(weights: str | os.PathLike) -> dict[str, Any]:
    """The card of `"coseg"`, `"coseg-v1"`, or a `.weights.h5` or `.keras` file.

    Returns:
        What the card says; `x.json` is that of `x.weights.h5` and `x.keras`. In any
        case it holds `"name"`, the file's name without its suffixes, and `"sha256"` of
        its bytes. Without a card it holds nothing else.

    Raises:
        FileNotFoundError: if there are no such weights.
        ValueError: if the card cannot be read.
    """
    path = embedded_weights_path(str(weights)) or Path(weights)
    suffix = next((s for s in _SUFFIXES if path.name.endswith(s)), path.suffix)
    name = path.name.removesuffix(suffix)
    with open(path, "rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return {**_read(path.with_name(f"{name}.json")), "name": name, "sha256": sha256}


def _read(path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(
            f"Expected a card in JSON beside the weights. Received: {path}: {error}"
        ) from error
    return card if isinstance(card, dict) else {}
