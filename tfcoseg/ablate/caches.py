"""Features of the frozen encoder, computed once for all cells of a table."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from tfcoseg.ablate.cells import Cell
from tfcoseg.ablate.settings import Settings
from tfcoseg.data.folder import Record
from tfcoseg.layers import SiameseEncoder
from tfcoseg.train.features import FeatureCache

SKIPS = ("block_5_add", "block_2_add")


class Caches:
    """The features of training and validation pictures, for each encoder of a table.

    The files are read through the operating system's memory of files, which keeps as
    many of them in memory as fit, in half precision: 0.5 MB for a view at 257 pixels
    and output stride 16, 1.0 MB at 8.

    Args:
        folder: where the files go; complete ones are reused.
        settings: `Settings`.
        training: records to train on.
        sets: records to judge on, by set.
        verbose: whether to show how far it is.
    """

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        training: Sequence[Record],
        sets: Mapping[str, Sequence[Record]],
        verbose: bool = False,
    ):
        self.training_records, self.sets = training, sets
        self._settings, self._verbose = settings, verbose
        # Features of other weights are no features of these.
        weights = str(settings.as_json()["backbone_weights"]).encode()
        self._folder = folder / hashlib.sha256(weights).hexdigest()[:8]
        self._open: dict[str, tuple[FeatureCache, FeatureCache]] = {}

    def of(self, cell: Cell) -> tuple[FeatureCache, FeatureCache]:
        """The caches of training and of validation, computed when first asked for."""
        names = cell.encoder_features or ()
        names = [names] if isinstance(names, str) else names
        name = "-".join([f"stride-{cell.output_stride}", *names])
        if name not in self._open:
            settings = self._settings
            encoder = SiameseEncoder(
                "mobilenetv2", cell.output_stride, cell.encoder_features, SKIPS
            )
            if settings.backbone_weights is not None:
                encoder.load_backbone(settings.backbone_weights)
            folder = self._folder / name
            sizes = [settings.size]
            judged = [record for records in self.sets.values() for record in records]
            shared = {"encoder": encoder, "sizes": sizes, "verbose": self._verbose}
            self._open[name] = (
                FeatureCache(
                    folder / "training",
                    self.training_records,
                    views=settings.views,
                    **shared,
                ),
                FeatureCache(folder / "validation", judged, augment=False, **shared),
            )
        return self._open[name]
