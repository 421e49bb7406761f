"""Reads the pictures of a folder inside a graph."""

import warnings

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds

from tfcoseg.data.printable import printable
from tfcoseg.data.record import read_record


class Loader:
    """Maps the number of a record to (its example, whether it could be read).

    Args:
        records: what `tfcoseg.data.read_folder` returns.
        wanted: the features of an example.
        decoders: {feature: decoder of the caller's}.
        skip: whether what cannot be read is only warned of; its example is not to be
            used.
    """

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
        try:
            image, mask = read_record(self.records[index])
        except (OSError, ValueError) as error:
            if not self.skip:
                raise
            warnings.warn(f"{printable(str(error))}. Left out.", stacklevel=1)
            return np.zeros((1, 1, 3), np.uint8), np.zeros((1, 1, 1), np.uint8), False
        return image, mask[..., None], True
