"""Folders of one's own, read in place, in the manner of `tfds.ImageFolder`."""

import os
import warnings
from collections import Counter
from collections.abc import Iterable

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds

from tfcoseg.data.folder import read_folder
from tfcoseg.datasets.builder import features
from tfcoseg.pictures import read_image, read_mask

# The one split, of which any part may be asked for: "pictures[:80%]".
_SPLIT = "pictures"


class CoSegFolder(tfds.core.DatasetBuilder, skip_registration=True):
    """A folder of pictures and masks as a read-only builder.

        <root>/images/<group>/<name>.jpg    or .png, .bmp, .webp, .tif
        <root>/masks/<group>/<name>.png

    Nothing is prepared, copied or kept: the files are read whenever they are asked
    for, so that two folders never get mixed up. Examples are as in the benchmarks,
    {"image", "mask", "group", "name"}, in the order of `tfcoseg.data.read_folder`,
    which lists the folder.

    Args:
        root, void_value, groups: see `tfcoseg.data.read_folder`.
        on_error: "raise", or "skip" to leave out what cannot be read, each with a
            warning: on opening what the headers tell, on reading what else is damaged.

    Attributes:
        records: what was found, a list of `tfcoseg.data.Record`.

    Raises:
        FileNotFoundError, ValueError: see `tfcoseg.data.read_folder`.

    Example:

        builder = CoSegFolder("my_pictures")
        builder.info.splits["pictures"].num_examples, builder.info.metadata["groups"]
        for example in builder.as_dataset(split="pictures"):
            ...
    """

    VERSION = tfds.core.Version("1.0.0")

    def __init__(
        self,
        root: str | os.PathLike,
        void_value: int | None = None,
        groups: Iterable[str] | None = None,
        on_error: str = "raise",
    ):
        self.records = read_folder(root, void_value, groups, on_error)
        self._on_error = on_error
        root = os.fspath(root)
        super().__init__(data_dir=root)
        # What TFDS restores a pickled builder from.
        self._original_state = {
            "root": root,
            "void_value": void_value,
            "groups": groups,
            "on_error": on_error,
        }
        self._data_dir = root
        info = tfds.core.SplitInfo(
            name=_SPLIT, shard_lengths=[len(self.records)], num_bytes=0
        )
        self.info.set_splits(tfds.core.splits.SplitDict([info]))

    def _info(self):
        counts = Counter(record.group for record in self.records)
        return tfds.core.DatasetInfo(
            builder=self,
            description="Pictures and masks in a folder of one's own.",
            features=features(),
            supervised_keys=("image", "mask"),
            metadata=tfds.core.MetadataDict(groups=dict(counts)),
        )

    def _download_and_prepare(self, dl_manager=None, download_config=None):
        raise NotImplementedError("A folder is read in place: nothing to prepare.")

    def download_and_prepare(self, **kwargs):
        """There is nothing to prepare; says so."""
        self._download_and_prepare()

    def _as_dataset(
        self, split=_SPLIT, decoders=None, read_config=None, shuffle_files=False
    ):
        records = self._chosen(split)
        wanted = self.info.features
        if isinstance(decoders, tfds.decode.PartialDecoding):
            wanted = decoders.extract_features(wanted)
            decoders = decoders.decoders
        order = tf.data.Dataset.range(len(records))
        if shuffle_files:
            seed = read_config and read_config.shuffle_seed
            order = order.shuffle(max(len(records), 1), seed)
        load = _Loader(records, wanted, decoders or {}, self._on_error == "skip")
        dataset = order.map(load, num_parallel_calls=tf.data.AUTOTUNE)
        if self._on_error == "skip":
            dataset = dataset.filter(lambda example, good: good)
        return dataset.map(lambda example, good: example)

    def _chosen(self, split):
        """The records of "pictures", "pictures[10%:]" or other ways to name a part."""
        spec = tfds.core.ReadInstruction.from_spec(split)
        parts = spec.to_absolute(self.info.splits)
        return [r for part in parts for r in self.records[part.from_ : part.to]]


class _Loader:
    """Reads record i inside a graph: ({feature: tensor}, whether it could be read)."""

    def __init__(self, records, wanted, decoders, skip):
        self.records, self.skip = records, skip
        self.wanted, self.decoders = wanted, decoders
        self.columns = {
            "group": [record.group for record in records],
            "name": [record.name for record in records],
            "image": [str(record.image) for record in records],
            "mask": [str(record.mask) for record in records],
        }

    def __call__(self, index):
        image, mask, good = tf.numpy_function(
            self._read, [index], (tf.uint8, tf.uint8, tf.bool), stateful=False
        )
        image.set_shape((None, None, 3))
        mask.set_shape((None, None, 1))
        good.set_shape(())
        example = {"image": image, "mask": mask}
        for key in ("group", "name"):
            example[key] = tf.gather(tf.constant(self.columns[key]), index)
        example = {key: example[key] for key in self.wanted}
        return {**example, **self._decoded(index)}, good

    def _decoded(self, index):
        """The features with a decoder of the caller's, which gets the file's bytes."""
        paths = {key: tf.constant(self.columns[key]) for key in self.decoders}
        encoded = {
            key: tf.io.read_file(tf.gather(column, index))
            for key, column in paths.items()
        }
        chosen = {key: self.wanted[key] for key in self.decoders}
        return tfds.features.FeaturesDict(chosen).decode_example(
            encoded, decoders=self.decoders
        )

    def _read(self, index):
        record = self.records[index]
        try:
            image = read_image(record.image)
            mask = read_mask(record.mask, record.void_value)
            if image.shape[:2] != mask.shape:
                raise ValueError(
                    "A picture and its mask must have one size. Received: "
                    f"{image.shape} of {record.image}, {mask.shape} of {record.mask}"
                )
        except (OSError, ValueError) as error:
            if not self.skip:
                raise
            warnings.warn(f"{error}. Left out.", stacklevel=1)
            return np.zeros((1, 1, 3), np.uint8), np.zeros((1, 1, 1), np.uint8), False
        return image, mask[..., None], True
