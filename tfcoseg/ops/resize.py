"""The one resize of feature maps and logits."""

import tensorflow as tf


def resize_bilinear(images, size):
    """Resizes bilinearly with half-pixel centres and without antialiasing.

    Args:
        images: float tensor (batch, height, width, channels).
        size: (height, width), Python integers or an int32 tensor of two elements; a
            tensor keeps graphs of unknown size working.

    Returns:
        Tensor (batch, size[0], size[1], channels) of the dtype of `images`.

    Example:

    >>> row = tf.reshape([0.0, 4.0], (1, 1, 2, 1))
    >>> resize_bilinear(row, (1, 4)).numpy().ravel().tolist()
    [0.0, 1.0, 3.0, 4.0]
    """
    resize = _resize_by_axes if images.shape[-1] == 1 else _resize
    return tf.cast(resize(images, size), images.dtype)


def resize_like(images, reference):
    """Resizes `images` to the height and width of `reference`, both (b, h, w, c).

    Example:

    >>> tuple(resize_like(tf.ones((1, 4, 4, 8)), tf.ones((1, 7, 5, 3))).shape)
    (1, 7, 5, 8)
    """
    return resize_bilinear(images, tf.shape(reference)[1:3])


def area_weights(masks, reference):
    """Masks resized to the positions of a feature map, each the mean of its area.

    A mask of zeros counts as absent: all its weights are 1.

    Args:
        masks: tensor (batch, any height, any width, 1) of 0 or more.
        reference: feature map (batch, height, width, channels); only its size is used.

    Returns:
        Float32 tensor (batch, height, width, 1).

    Example:

    >>> mask = tf.reshape([0.0, 1.0, 1.0, 1.0], (1, 1, 4, 1))
    >>> area_weights(mask, tf.zeros((1, 1, 2, 3))).numpy().ravel().tolist()
    [0.5, 1.0]
    """
    masks = tf.cast(masks, tf.float32)[..., 0]
    before, after = tf.shape(masks), tf.shape(reference)
    rows, columns = (_overlaps(before[axis], after[axis]) for axis in (1, 2))
    means = tf.matmul(rows, tf.matmul(masks, columns, transpose_b=True))
    absent = tf.reduce_max(means, axis=(1, 2), keepdims=True) <= 0.0
    # Not [..., None], which LiteRT cannot convert where sizes are unknown.
    return tf.expand_dims(tf.where(absent, tf.ones_like(means), means), -1)


def _overlaps(before, after):
    """(after, before): the fraction of each new position that an old one covers.

    Along one axis. LiteRT has no operator that resizes by area, but matrix products.
    """
    scale = tf.cast(before, tf.float32) / tf.cast(after, tf.float32)
    start = scale * tf.cast(tf.range(after), tf.float32)[:, None]
    old = tf.cast(tf.range(before), tf.float32)[None]
    end = tf.minimum(start + scale, old + 1.0)
    return tf.maximum(end - tf.maximum(start, old), 0.0) / scale


def _resize(images, size):
    return tf.image.resize(images, size, method="bilinear", antialias=False)


def _resize_by_axes(images, size):
    """Resizes one channel, one axis after the other, which is the same.

    The axis that is left alone takes the place of the channels, over which kernels are
    fast: LiteRT's takes an eighth of the time, TensorFlow's the same.
    """
    columns = tf.transpose(images, (0, 1, 3, 2))
    columns = _resize(columns, tf.stack([size[0], 1]))
    rows = _resize(tf.transpose(columns, (0, 3, 2, 1)), tf.stack([size[1], 1]))
    # Squeezed, or the 1 would not be seen where sizes are not known yet.
    return tf.expand_dims(tf.transpose(tf.squeeze(rows, 2), (0, 2, 1)), -1)
