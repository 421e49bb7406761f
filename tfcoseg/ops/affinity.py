"""Similarities of the deepest descriptors of two images, or of one with several."""

import tensorflow as tf

from tfcoseg.ops.resize import area_weights

# Added to the cosine with a position that is ignored, so that it comes last.
_IGNORED = -4.0


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
    cosine with the image's own mean descriptor. With several partners, each of the
    first three numbers is the mean over the partners.

    Args:
        descriptors: tensor (batch, height, width, channels) of unit vectors.
        partners: tensor (batch, n, positions, channels), the unit vectors of n partners
            of each image.
        weights: tensor (batch, n, positions) of 0 or more, or None for ones: a mask of
            the object in each partner. Positions below half of a partner's highest
            weight are ignored, as if the partner did not have them.
        top: int. Number of positions of the second number; all where a partner has
            fewer. Defaults to 12.
        chunk_size: int or None. Number of the image's positions that are compared with
            one partner at a time, with several accordingly fewer, which bounds the
            memory; None to compare all at once. Defaults to 4096.

    Returns:
        Float32 tensor (batch, height, width, 4) with values in -1..1.

    Example:

    >>> a = tf.reshape([[1.0, 0.0], [0.0, 1.0]], (1, 1, 2, 2))
    >>> b = tf.reshape([[1.0, 0.0]], (1, 1, 1, 2))
    >>> semantic_affinity(a, b).numpy()[0, 0, :, :3].tolist()
    [[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]
    """
    descriptors, partners = (tf.cast(x, tf.float32) for x in (descriptors, partners))
    batch, height, width, channels = tf.unstack(tf.shape(descriptors))
    own = tf.reshape(descriptors, (batch, height * width, channels))
    counts = _counts(partners, weights)
    candidates = _candidates(partners, counts, top)
    if chunk_size is not None:
        chunk_size = tf.maximum(1, chunk_size // tf.shape(partners)[1])
    best = _in_chunks(lambda rows: _best(rows, candidates, top), own, chunk_size)
    partner_means = unit(tf.reduce_sum(partners * tf.expand_dims(counts, -1), axis=2))
    to_partner = tf.reduce_mean(
        tf.matmul(own, partner_means, transpose_b=True), axis=2, keepdims=True
    )
    own_mean = unit(tf.reduce_sum(own, axis=1, keepdims=True))
    to_own = tf.matmul(own, own_mean, transpose_b=True)
    affinity = tf.concat([best, to_partner, to_own], axis=-1)
    return tf.reshape(affinity, (batch, height, width, 4))


def pooled_descriptor(descriptors, mask):
    """The mean descriptor of a soft mask, of unit length: what verification compares.

    Args:
        descriptors: tensor (batch, height, width, channels) of unit vectors.
        mask: tensor (batch, any height, any width, 1) of 0 or more; one of zeros is
            ignored.

    Returns:
        Float32 tensor (batch, channels).

    Example:

    >>> descriptors = tf.reshape([[1.0, 0.0], [0.0, 1.0]], (1, 1, 2, 2))
    >>> pooled_descriptor(descriptors, tf.reshape([1.0, 0.0], (1, 1, 2, 1))).numpy()
    array([[1., 0.]], dtype=float32)
    """
    descriptors = tf.cast(descriptors, tf.float32)
    weights = area_weights(mask, descriptors)
    # Or the sum over a mask of tiny values would be too short to be normalised.
    weights /= tf.reduce_max(weights, axis=(1, 2, 3), keepdims=True)
    return unit(tf.reduce_sum(descriptors * weights, axis=(1, 2)))


def _counts(partners, weights):
    """(batch, n, positions): 1 where a partner's position counts, 0 elsewhere."""
    if weights is None:
        return tf.ones(tf.shape(partners)[:3])
    weights = tf.cast(weights, tf.float32)
    highest = tf.reduce_max(weights, axis=2, keepdims=True)
    return tf.cast(weights >= 0.5 * highest, tf.float32)


def _candidates(partners, counts, top):
    """Partners with one more channel, the penalty, and `top` more, ignored positions.

    The channel saves a second matrix of the size of all cosines; the positions make
    sure that there are `top` to choose from.
    """
    partners = tf.pad(partners, [[0, 0], [0, 0], [0, top], [0, 0]])
    counts = tf.pad(counts, [[0, 0], [0, 0], [0, top]])
    penalties = _IGNORED * (1.0 - tf.expand_dims(counts, -1))
    return tf.concat([partners, penalties], axis=-1)


def _best(rows, candidates, top):
    """(batch, rows, 2): the highest cosine and the mean of the `top` highest."""
    batch, number, positions, channels = tf.unstack(tf.shape(candidates))
    flat = tf.reshape(candidates, (batch, number * positions, channels))
    rows = tf.concat([rows, tf.ones_like(rows[..., :1])], axis=-1)
    cosines = tf.matmul(rows, flat, transpose_b=True)
    cosines = tf.reshape(cosines, (batch, tf.shape(rows)[1], number, positions))
    highest = tf.math.top_k(cosines, top).values
    found = tf.cast(highest > 0.5 * _IGNORED, tf.float32)
    mean = tf.reduce_sum(highest * found, axis=-1) / tf.reduce_sum(found, axis=-1)
    return tf.reduce_mean(tf.stack([highest[..., 0], mean], axis=-1), axis=2)


def _in_chunks(function, rows, size):
    """`function` of (batch, rows, channels), at most `size` rows at a time."""
    if size is None:
        return function(rows)
    batch, count, channels = tf.unstack(tf.shape(rows))
    size = tf.clip_by_value(count, 1, size)
    number = -(-count // size)
    padded = tf.pad(rows, [[0, 0], [0, number * size - count], [0, 0]])
    chunks = tf.reshape(padded, (batch, number, size, channels))
    # One after the other: several at a time would take as much memory as all at once.
    results = tf.map_fn(
        function, tf.transpose(chunks, (1, 0, 2, 3)), parallel_iterations=1
    )
    results = tf.transpose(results, (1, 0, 2, 3))
    return tf.reshape(results, (batch, number * size, 2))[:, :count]
