"""Which weights are being judged, and what they have been trained on."""

import os
from dataclasses import dataclass
from pathlib import Path

from tfcoseg.cards import read_card


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

    What is known comes from the card beside it; see `tfcoseg.cards`.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if the card beside it cannot be read.
    """
    card = read_card(model)
    seen = tuple(card["trained_on"]) if "trained_on" in card else None
    return Weights(card["name"], card["sha256"], seen)
