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
    """
    resized = tf.image.resize(images, size, method="bilinear", antialias=False)
    return tf.cast(resized, images.dtype)


def resize_like(images, reference):
    """Resizes `images` to the height and width of `reference`, both (b, h, w, c)."""
    return resize_bilinear(images, tf.shape(reference)[1:3])
