"""Features of a frozen encoder, computed once and read from disk ever after."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from tfcoseg.data.folder import Record
from tfcoseg.data.pairing import Pair
from tfcoseg.data.pipeline import image_dataset
from tfcoseg.files import write_json
from tfcoseg.layers import SiameseEncoder
from tfcoseg.signature import MASK_A, MASK_B, VOID

_BATCH = 8


class FeatureCache:
    """Maps of several views of each picture, as float16 files.

    The maps are those that the encoder returns: features, skips, and descriptors, if it
    has any. View v is augmented on its own.

    Args:
        folder: where the files go; one that holds the same cache, complete, is reused.
        records: the pictures.
        encoder: a `SiameseEncoder`.
        size: int. Height = width in pixels.
        views: int. Views of each picture. Defaults to 1.
        seed: of the augmentation.
        augment: as in `tfcoseg.data.image_dataset`.
        verbose: bool. Whether to show progress. Defaults to True.
    """

    def __init__(
        self,
        folder: Path,
        records: Sequence[Record],
        encoder: SiameseEncoder,
        size: int,
        views: int = 1,
        seed: int = 0,
        augment: bool = True,
        verbose: bool = True,
    ):
        self._verbose = verbose
        described = encoder.descriptors is not None
        self._maps = range(1 + len(encoder.skips) + described)
        self.size, self.views = size, views
        self._index = {record: index for index, record in enumerate(records)}
        self._folder, self._seed = Path(folder), seed
        self._arrays = {}
        expected = {
            "pictures": list(map(_state_of, records)),
            "encoder": _digest(encoder),
            "size": size,
            "views": self.views,
            "seed": seed,
            "augment": augment,
            "maps": list(self._maps),
        }
        expected = json.loads(json.dumps(expected))
        marker = self._folder / "complete.json"
        if _read(marker) != expected:
            marker.unlink(missing_ok=True)
            self._folder.mkdir(parents=True, exist_ok=True)
            self._compute(list(records), encoder, augment)
            write_json(marker, expected)
        for file in self._folder.glob("*.npy"):
            self._arrays[file.stem] = np.load(file, mmap_mode="r")

    def dataset(
        self, pairs: Sequence[Pair], batch_size: int, first_index: int = 0
    ) -> tf.data.Dataset:
        """Batches for a head; the last may be smaller.

        Batch j depends on (seed, j) alone, j counted from `first_index // batch_size`.

        Returns:
            Dataset of ({"a_0", "a_1", ..., "b_0", ..., "like_a", "like_b"}, {"mask_a",
            "mask_b"}): the maps of both pictures, their own true masks, and the truths,
            which are empty of negative pairs; all float32.
        """
        first = first_index // batch_size

        def batches():
            for start in range(0, len(pairs), batch_size):
                number = first + start // batch_size
                yield self._batch(pairs[start : start + batch_size], number)

        maps = {
            f"{side}_{index}": tf.TensorSpec((None, None, None, channels), tf.float16)
            for index, channels in self.channels.items()
            for side in "ab"
        }
        mask = tf.TensorSpec((None, None, None, 1), tf.uint8)
        signature = (
            maps | {"like_a": mask, "like_b": mask},
            {MASK_A: mask, MASK_B: mask},
        )
        dataset = tf.data.Dataset.from_generator(batches, output_signature=signature)
        dataset = dataset.map(lambda x, y: tf.nest.map_structure(_to_float, (x, y)))
        # A generator cannot tell how much it holds; Keras warns where it must find out.
        count = tf.data.experimental.assert_cardinality(-(-len(pairs) // batch_size))
        return dataset.apply(count).prefetch(2)

    @property
    def channels(self) -> dict[int, int]:
        """{number: channels} of the maps: features, skips, and descriptors."""
        return {index: self._arrays[f"0-{index}"].shape[-1] for index in self._maps}

    def _compute(self, records, encoder, augment):
        images = tf.TensorSpec((None, None, None, 3), tf.float32)
        encode = tf.function(encoder.encode, input_signature=[images])
        dataset = image_dataset(records, self.size, self.views, self._seed, augment)
        progress = keras.utils.Progbar(
            len(records) * self.views, verbose=int(self._verbose), unit_name="picture"
        )
        names, files = [*self._maps, "mask"], {}
        for images, masks, indices, views in dataset.batch(_BATCH):
            for name, values in zip(names, [*encode(images), masks]):
                for value, index, view in zip(values.numpy(), indices, views):
                    key = f"{view}-{name}"
                    if key not in files:
                        shape = (len(records), *value.shape)
                        files[key] = self._new_file(key, value.dtype, shape)
                    files[key][index] = value
            progress.add(len(indices))
        for array in files.values():
            array.flush()

    def _new_file(self, key, dtype, shape):
        return np.lib.format.open_memmap(
            self._folder / f"{key}.npy",
            mode="w+",
            dtype=np.uint8 if dtype == np.uint8 else np.float16,
            shape=shape,
        )

    def _batch(self, pairs, number):
        generator = np.random.default_rng((self._seed, number))
        inputs, truths = {}, {}
        for side, name in (("a", MASK_A), ("b", MASK_B)):
            rows = [self._index[getattr(pair, f"record_{side}")] for pair in pairs]
            views = generator.choice(self.views, len(pairs))
            for index in self._maps:
                inputs[f"{side}_{index}"] = self._stack(views, index, rows)
            mask = self._stack(views, "mask", rows)
            inputs[f"like_{side}"] = mask
            positive = np.array([pair.positive for pair in pairs])[:, None, None, None]
            truths[name] = np.where(positive | (mask == VOID), mask, 0).astype(np.uint8)
        return inputs, truths

    def _stack(self, views, part, rows):
        return np.stack([self._arrays[f"{v}-{part}"][r] for v, r in zip(views, rows)])


def _state_of(record):
    """All that tells that a record's files are still what they were."""
    paths = [record.image, record.mask, *record.more_masks]
    of_files = [
        [str(path), path.stat().st_size, path.stat().st_mtime_ns] for path in paths
    ]
    return [*of_files, record.void_value]


def _digest(encoder):
    """What tells an encoder from others: what it is made of, and its weights."""
    digest = hashlib.sha256(json.dumps(encoder.get_config()).encode())
    for weight in encoder.get_weights():
        digest.update(np.ascontiguousarray(weight).data)
    return digest.hexdigest()


def _read(marker):
    """What a cache says of itself; nothing where it was not finished."""
    try:
        return json.loads(marker.read_text())
    except (FileNotFoundError, ValueError):
        return None


def _to_float(array):
    return tf.cast(array, tf.float32)
