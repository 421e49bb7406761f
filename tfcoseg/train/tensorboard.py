"""What a run writes for TensorBoard: scalars, and masks to look at."""

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from tfcoseg.data.pairing import Pair
from tfcoseg.pictures import read_image, resize_image
from tfcoseg.signature import IMAGE_A, IMAGE_B, MASK_A, MASK_B
from tfcoseg.visualization import overlay

_SHOWN = 6


def tensorboard_callbacks(
    logs: Path, network: keras.Model, pairs: Sequence[Pair], size: int
) -> list[keras.callbacks.Callback]:
    """Callbacks that log scalars, and the masks of some pairs, after every epoch.

    Args:
        logs: folder for the event files.
        network: the whole network, trained in place.
        pairs: validation pairs; a few, spread evenly, are shown.
        size: height = width at which the network sees them.

    Raises:
        ImportError: without the package tensorboard.
    """
    check_tensorboard()
    shown = pairs[:: max(1, len(pairs) // _SHOWN)][:_SHOWN]
    return [
        keras.callbacks.TensorBoard(logs, write_graph=False),
        MaskPictures(logs, network, shown, size),
    ]


def check_tensorboard() -> None:
    """Raises an ImportError that says how to install the package if it is absent."""
    try:
        import tensorboard  # noqa: F401  (TensorFlow's summaries need it)
    except ImportError as error:
        raise ImportError(
            "Logs for TensorBoard need the package tensorboard: "
            "pip install 'tfcoseg[tensorboard]'"
        ) from error


class MaskPictures(keras.callbacks.Callback):
    """Logs the masks of some pairs as pictures, A beside B, after every epoch.

    Args:
        logs: folder for the event files.
        network: the whole network.
        pairs: what to show.
        size: height = width at which the network sees them.
    """

    def __init__(self, logs, network, pairs, size):
        super().__init__()
        self.network = network
        self.writer = tf.summary.create_file_writer(str(Path(logs) / "masks"))
        self.images = [
            [
                resize_image(read_image(record.image), (size, size))
                for record in (pair.record_a, pair.record_b)
            ]
            for pair in pairs
        ]

    def on_epoch_end(self, epoch, logs=None):
        rows = [np.hstack([*self._overlays(*pair)]) for pair in self.images]
        with self.writer.as_default(step=epoch):
            tf.summary.image("validation", np.stack(rows), max_outputs=len(rows))
        self.writer.flush()

    def _overlays(self, image_a, image_b):
        pair = {IMAGE_A: image_a[None], IMAGE_B: image_b[None]}
        masks = self.network.predict_on_batch(pair)
        for image, name in ((image_a, MASK_A), (image_b, MASK_B)):
            yield overlay(image, np.asarray(masks[name])[0, ..., 0])
