"""Similarities of the deepest descriptors of two images, or of one with several."""

import tensorflow as tf

from tfcoseg.ops.resize import area_weights

# A partner's position that is masked out gets a cosine below any other's.
_MASKED = -2.0


def unit(descriptors):
    """Descriptors of length 1 along the last axis, float32; zeros stay zeros.

    Example:

    >>> unit(tf.constant([[3.0, 4.0]])).numpy().tolist()
    [[0.6000000238418579, 0.800000011920929]]
    """
    descriptors = tf.cast(descriptors, tf.float32)
    return tf.math.l2_normalize(descriptors, -1, epsilon=1e-12)


def semantic_affinity(descriptors, partners, weights=None, top=12, chunk_size=4096):
    """How well each position of an image matches one or several partner images.

    Four numbers per position: the highest cosine with any position of the partner; the
    mean of the `top` highest; the cosine with the partner's mean descriptor; and the
    cosine with the image's own mean descriptor. Of several partners the mean is taken.

    Args:
        descriptors: float32 tensor (batch, height, width, channels) of unit vectors.
        partners: float32 tensor (batch, n, positions, channels), the unit vectors of n
            partners of each image.
        weights: float32 tensor (batch, n, positions) of 0 or more, or None for ones: a
            mask of the object in each partner. Positions below half of a partner's
            highest weight are left out, as if the partner did not have them.
        top: int. Number of positions of the second number; all where a partner has
            fewer.
        chunk_size: int or None. Number of the image's positions that are compared at a
            time, which bounds the memory; None to compare all at once.

    Returns:
        Float32 tensor (batch, height, width, 4) with values in -1..1.

    Example:

    >>> a = tf.reshape([[1.0, 0.0], [0.0, 1.0]], (1, 1, 2, 2))
    >>> b = tf.reshape([[1.0, 0.0]], (1, 1, 1, 2))
    >>> semantic_affinity(a, b).numpy()[0, 0, :, :3].tolist()
    [[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]
    """
    descriptors, partners = (
        tf.cast(tensor, tf.float32) for tensor in (descriptors, partners)
    )
    shape = tf.shape(descriptors)
    batch, height, width, channels = (shape[axis] for axis in range(4))
    own = tf.reshape(descriptors, (batch, height * width, channels))
    if weights is None:
        weights = tf.ones(tf.shape(partners)[:3], tf.float32)
    highest = tf.reduce_max(weights, axis=2, keepdims=True)
    counts = weights >= 0.5 * highest
    means = unit(
        tf.reduce_sum(partners * tf.cast(counts, tf.float32)[..., None], axis=2)
    )
    penalty = tf.where(counts, 0.0, _MASKED)
    padded = tf.pad(partners, [[0, 0], [0, 0], [0, top], [0, 0]])
    penalty = tf.pad(penalty, [[0, 0], [0, 0], [0, top]], constant_values=_MASKED)
    best = _in_chunks(lambda rows: _best(rows, padded, penalty, top), own, chunk_size)
    to_partner = tf.reduce_mean(tf.matmul(own, means, transpose_b=True), 2)
    own_mean = unit(tf.reduce_mean(own, axis=1, keepdims=True))
    to_own = tf.matmul(own, own_mean, transpose_b=True)
    affinity = tf.concat([best, to_partner[..., None], to_own], axis=-1)
    return tf.reshape(affinity, (batch, height, width, 4))


def pooled_descriptor(descriptors, mask):
    """The unit mean descriptor of a soft mask: what verification compares.

    Args:
        descriptors: tensor (batch, height, width, channels) of unit vectors.
        mask: float32 tensor (batch, any height, any width, 1) of 0 or more.

    Returns:
        Float32 tensor (batch, channels).
    """
    descriptors = tf.cast(descriptors, tf.float32)
    weights = area_weights(mask, descriptors)
    return unit(tf.reduce_sum(descriptors * weights, axis=(1, 2)))


def _best(rows, partners, penalty, top):
    """(batch, rows, 2): the highest cosine and the mean of the `top` highest."""
    shape = tf.shape(partners)
    flat = tf.reshape(partners, (shape[0], shape[1] * shape[2], shape[3]))
    cosines = tf.matmul(rows, flat, transpose_b=True)
    cosines = tf.reshape(cosines, (shape[0], -1, shape[1], shape[2]))
    # The last `top` positions are padding, so there are as many to choose from.
    highest = tf.math.top_k(cosines + 2.0 * penalty[:, None], top).values
    counts = tf.cast(highest > _MASKED, tf.float32)
    mean = tf.reduce_sum(highest * counts, -1) / tf.reduce_sum(counts, -1)
    both = tf.stack([highest[..., 0], mean], axis=-1)
    return tf.reduce_mean(both, axis=2)


def _in_chunks(function, rows, size):
    """`function` of (batch, rows, channels), at most `size` rows at a time."""
    if size is None or (rows.shape[1] is not None and rows.shape[1] <= size):
        return function(rows)
    count = tf.shape(rows)[1]

    def chunk(index):
        return tf.transpose(
            function(rows[:, index * size : (index + 1) * size]), (1, 0, 2)
        )

    def several():
        number = (count + size - 1) // size
        parts = tf.TensorArray(tf.float32, number, infer_shape=False)
        _, parts = tf.while_loop(
            lambda index, _: index < number,
            lambda index, parts: (index + 1, parts.write(index, chunk(index))),
            (0, parts),
            parallel_iterations=1,
        )
        joined = tf.transpose(parts.concat(), (1, 0, 2))
        return tf.ensure_shape(joined, (rows.shape[0], rows.shape[1], 2))

    return tf.cond(count > size, several, lambda: function(rows))
