"""What all cells of one table have in common."""

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any


@dataclasses.dataclass(frozen=True)
class Settings:
    """Pictures, sizes and budget; rows of other settings are never put in one table.

    Args:
        data: folders of pictures and masks to train on; a share of their pictures is
            held out, by picture, to validate on.
        validation: more folders to validate on. Their groups of a kind of object that a
            group of `data` shows, too, are seen kinds, the others unseen ones.
        skip_first: the first N pictures of each group of `validation`, by name, are
            left out: the ten by which benchmarks know MSRC serve for no choice here.
        validation_share: share of the pictures of `data` that is held out.
        void_value: value of the masks' pixels that count nowhere, 255, or None.
        backbone_weights: an `.npz` file of EfficientNet-Lite2, or None for random ones.
        size: height = width at which the encoder sees all pictures, in pixels.
        views: augmented views of each training picture.
        steps: training steps of each cell.
        batch_size: pairs of a step.
        learning_rate: the highest; it rises over the first twentieth of the steps and
            falls by half a cosine to zero.
        weight_decay: of AdamW.
    """

    data: tuple[str, ...]
    validation: tuple[str, ...] = ()
    skip_first: int = 10
    validation_share: float = 0.2
    void_value: int | None = None
    backbone_weights: str | None = None
    size: int = 257
    views: int = 4
    steps: int = 400
    batch_size: int = 8
    learning_rate: float = 1e-3
    weight_decay: float = 4e-3

    def as_json(self) -> dict[str, Any]:
        """The same as JSON holds it, without places on the disk.

        Folders are there by their names, a weights file by its name and digest.

        Raises:
            FileNotFoundError: if there is no such weights file.
        """
        values = dataclasses.asdict(self)
        for name in ("data", "validation"):
            values[name] = [Path(folder).resolve().name for folder in values[name]]
        if self.backbone_weights is not None:
            file = Path(self.backbone_weights)
            digest = hashlib.sha256(file.read_bytes()).hexdigest()[:16]
            values["backbone_weights"] = f"{file.name}, sha256 {digest}"
        return json.loads(json.dumps(values))
