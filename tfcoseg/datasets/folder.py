"""Folders of one's own, read in place, in the manner of `tfds.ImageFolder`."""

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import tensorflow as tf
import tensorflow_datasets as tfds

from tfcoseg.data.folder import read_folder
from tfcoseg.datasets.loader import Loader
from tfcoseg.datasets.picture import features

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

    >>> builder = CoSegFolder("my_pictures")
    >>> builder.info.splits["pictures"].num_examples, builder.info.metadata["groups"]
    (4, {'car': 2, 'sheep': 2})
    >>> [int(e["mask"].shape[0]) for e in builder.as_dataset(split="pictures[:2]")]
    [72, 72]
    """

    VERSION = tfds.core.Version("1.0.0")

    def __init__(
        self,
        root: str | os.PathLike,
        void_value: int | None = None,
        groups: Iterable[str] | None = None,
        on_error: str = "raise",
    ):
        if groups is not None and not isinstance(groups, str):
            groups = tuple(groups)  # read twice, by whoever unpickles this too
        self.records = read_folder(root, void_value, groups, on_error)
        self._on_error = on_error
        self._root = root = os.path.abspath(root)
        super().__init__(data_dir=root)
        # What TFDS restores a pickled builder from.
        self._original_state = {
            "root": root,
            "void_value": void_value,
            "groups": groups,
            "on_error": on_error,
        }
        info = tfds.core.SplitInfo(
            name=_SPLIT, shard_lengths=[len(self.records)], num_bytes=0
        )
        self.info.set_splits(tfds.core.splits.SplitDict([info]))

    def _build_data_dir(self, given_data_dir):
        """TFDS would add the names of the data set and its version."""
        return given_data_dir, given_data_dir

    def _info(self):
        counts = Counter(record.group for record in self.records)
        return tfds.core.DatasetInfo(
            builder=self,
            description="Pictures and masks in a folder of one's own.",
            features=features(),
            supervised_keys=("image", "mask"),
            homepage=Path(self._root).as_uri(),
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
        load = Loader(records, wanted, decoders or {}, self._on_error == "skip")
        dataset = order.map(load, num_parallel_calls=tf.data.AUTOTUNE)
        if self._on_error == "skip":
            dataset = dataset.filter(lambda example, good: good)
        return dataset.map(lambda example, good: example)

    def _chosen(self, split):
        """The records of "pictures", "pictures[10%:]" or other ways to name a part."""
        spec = tfds.core.ReadInstruction.from_spec(split)
        parts = spec.to_absolute(self.info.splits)
        return [r for part in parts for r in self.records[part.from_ : part.to]]
