"""Features of the frozen encoder, computed once for all cells of a table."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from tfcoseg.ablate.cells import DESCRIPTORS, SKIPS, Cell
from tfcoseg.ablate.features import FeatureCache
from tfcoseg.ablate.settings import Settings
from tfcoseg.data.folder import Record
from tfcoseg.data.pipeline import image_dataset
from tfcoseg.layers import SiameseEncoder

# As many pictures set the statistics of the descriptors.
_ADAPTED = 400
_BATCH = 8


class Caches:
    """The features of training and validation pictures, for each encoder of a table.

    The files are read through the operating system's memory of files, which keeps as
    many of them in memory as fit, in half precision: 1.5 MB for a view at 257 pixels
    and output stride 16.

    Args:
        folder: where the files go; complete ones are reused.
        settings: `Settings`.
        training: records to train on.
        sets: records to judge on, by set.
        verbose: bool. Whether to show progress. Defaults to False.
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
        names = cell.encoder_features
        names = [names] if isinstance(names, str) else names
        name = "-".join([f"stride-{cell.output_stride}", *names])
        if name not in self._open:
            encoder = self._encoder(cell)
            judged = [record for records in self.sets.values() for record in records]
            shared = {
                "encoder": encoder,
                "size": self._settings.size,
                "verbose": self._verbose,
            }
            folder = self._folder / name
            self._open[name] = (
                FeatureCache(
                    folder / "training",
                    self.training_records,
                    views=self._settings.views,
                    **shared,
                ),
                FeatureCache(folder / "validation", judged, augment=False, **shared),
            )
        return self._open[name]

    def _encoder(self, cell):
        """That of the embedded network, whose branch equals its trunk while frozen."""
        encoder = SiameseEncoder(
            "efficientnet_lite2",
            cell.output_stride,
            cell.encoder_features,
            SKIPS,
            DESCRIPTORS,
        )
        if self._settings.backbone_weights is not None:
            encoder.load_backbone(self._settings.backbone_weights)
        every = self.training_records
        chosen = every[:: max(1, len(every) // _ADAPTED)]
        pictures = image_dataset(chosen, self._settings.size, augment=False)
        encoder.adapt(images for images, *_ in pictures.batch(_BATCH))
        return encoder
