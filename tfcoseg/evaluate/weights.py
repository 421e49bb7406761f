"""Which weights are being judged, and what they have been trained on."""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfcoseg.embedded import embedded_weights_path

_SUFFIXES = (".weights.h5", ".keras")


@dataclass(frozen=True)
class Weights:
    """A weights file, as far as an evaluation must know it.

    Attributes:
        name: the file's name without its suffixes.
        sha256: of the file's bytes.
        trained_on: names of the sets it was trained on; None if it has no card.
    """

    name: str
    sha256: str
    trained_on: tuple[str, ...] | None

    def has_seen(self, root: str | os.PathLike) -> bool:
        """Whether the card lists the folder `root`, by its name, as trained on."""
        return Path(root).resolve().name in (self.trained_on or ())


def describe_weights(model: str | os.PathLike) -> Weights:
    """Describes `"coseg"` or `"coseg-v1"`, or a `.weights.h5` or `.keras` file.

    The card of `x.weights.h5` and of `x.keras` is `x.json` beside it.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if the card beside it cannot be read.
    """
    path = embedded_weights_path(str(model)) or Path(model)
    suffix = next((s for s in _SUFFIXES if path.name.endswith(s)), path.suffix)
    name = path.name.removesuffix(suffix)
    card = _read_card(path.with_name(f"{name}.json"))
    trained_on = None if card is None else tuple(card.get("trained_on", ()))
    return Weights(name, _sha256(path), trained_on)


def _read_card(path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(
            f"Expected a card in JSON beside the weights. Received: {path}: {error}"
        ) from error
    return card if isinstance(card, dict) else None


def _sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
