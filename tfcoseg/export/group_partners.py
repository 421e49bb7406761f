"""What the pictures of a group are to each other: `inference.partners` as a graph."""

import tensorflow as tf

from tfcoseg.inference.partners import WHOLE_PARTNERS
from tfcoseg.ops.affinity import unit


def as_partners(descriptors, weights):
    """Descriptors and weights of all pictures, averaged over squares where many.

    Args:
        descriptors: tensor (n, height, width, channels) of unit vectors.
        weights: tensor (n, height, width, 1) of 0 or more: masks of the object.

    Returns:
        Tensors (n, positions, channels) and (n, positions).
    """
    others = tf.cast(tf.shape(descriptors)[0] - 1, tf.float32)
    factor = tf.cast(tf.math.ceil(tf.sqrt(others / WHOLE_PARTNERS)), tf.int32)
    # With squares of one position this changes nothing.
    vectors = unit(_sums(descriptors * (weights + 1e-6), factor))
    weights = _sums(weights, factor) / _sums(tf.ones_like(weights), factor)
    count, height, width, channels = tf.unstack(tf.shape(vectors))
    return (
        tf.reshape(vectors, (count, height * width, channels)),
        tf.reshape(weights, (count, height * width)),
    )


def others(tensor, index):
    """All rows of a tensor but one."""
    return tf.concat([tensor[:index], tensor[index + 1 :]], axis=0)


def _sums(maps, factor):
    """Sums over squares of `factor` x `factor` positions, smaller at the edges."""
    count, height, width, channels = tf.unstack(tf.shape(maps))
    rows, columns = -(-height // factor), -(-width // factor)
    missing = [rows * factor - height, columns * factor - width]
    maps = tf.pad(maps, [[0, 0], [0, missing[0]], [0, missing[1]], [0, 0]])
    maps = tf.reshape(maps, (count, rows, factor, columns, factor * channels))
    maps = tf.reshape(tf.reduce_sum(maps, 2), (count, rows, columns, factor, channels))
    return tf.reduce_sum(maps, 3)
