"""The stages of a co-segmentation model one by one, for groups and for export.

Encode each image once; correlate it with the kernel of its partner, or of a group with
`tfcoseg.ops.mean_kernel_of_others`; decode. All functions take a model made by
`tfcoseg.applications` and TensorFlow tensors, and can be traced by `tf.function`.
"""

import tensorflow as tf

from tfcoseg.ops import cross_correlate, pyramid_levels, resize_bilinear


def encode(model, image):
    """Everything about an image that does not depend on its partner.

    Args:
        model: a co-segmentation model.
        image: tensor (batch, height, width, 3), RGB, 0..255, any number type.

    Returns:
        Dict of "features" (batch, h, w, channels), "skip_1", ... (finer maps),
        "embedding" (batch, h, w, filters), which is phi_1 of the features, and "kernel"
        (batch, K, K, filters), with which a partner's embedding is correlated.
    """
    features, *skips = model.get_layer("siamese_encoder").encode(image)
    xcorr = model.get_layer("pyramid_xcorr")
    embedding = xcorr.embed(features)
    return {
        "features": features,
        **{f"skip_{index}": skip for index, skip in enumerate(skips, 1)},
        "embedding": embedding,
        "kernel": xcorr.kernel_of(embedding),
    }


def correlate(model, embedding, kernel):
    """The correlation F: an image's embedding against the kernel of its partner(s)."""
    return model.get_layer("pyramid_xcorr").correlate(embedding, kernel)


def identity_correlation(model, embedding):
    """The correlation switched off: phi_2 of the embedding itself, no partner."""
    return model.get_layer("pyramid_xcorr").phi_2(embedding)


def correlation_levels(model, embedding, partner_embedding):
    """The response to each kernel size, before the mean and phi_2.

    Returns:
        List of float32 tensors (batch, h, w, filters), in the order of `kernel_sizes`.
    """
    xcorr = model.get_layer("pyramid_xcorr")
    levels = pyramid_levels(partner_embedding, xcorr.kernel_sizes, xcorr.normalization)
    embedding = tf.cast(embedding, tf.float32)
    return [cross_correlate(embedding, level, xcorr.implementation) for level in levels]


def decode(model, correlation, encoded, size):
    """Probabilities of the common object.

    Args:
        model: a co-segmentation model.
        correlation: what `correlate` returned for this image.
        encoded: what `encode` returned for it; features and skips are used.
        size: (height, width) of the result, integers or an int32 tensor.

    Returns:
        Float32 tensor (batch, height, width, 1) with values in 0..1.
    """
    skips = [
        f"skip_{index}"
        for index in range(1, len(encoded))
        if f"skip_{index}" in encoded
    ]
    maps = [encoded[name] for name in ("features", *skips)]
    logits = model.get_layer("mask_decoder").decode(correlation, maps)
    return tf.sigmoid(tf.cast(resize_bilinear(logits, size), tf.float32))


def score(probabilities):
    """How sure the network is that the common object is in the image, in 0..1.

    The mean of the probabilities p weighted by p squared: that of the positions which
    speak for the object, whatever its size. Near 1 where some region is sure, near 0
    where none is.

    Args:
        probabilities: tensor (batch, height, width, 1) with values in 0..1.

    Returns:
        Tensor (batch,).
    """
    squares = tf.square(probabilities)
    above = tf.reduce_sum(squares * probabilities, axis=(1, 2, 3))
    return tf.math.divide_no_nan(above, tf.reduce_sum(squares, axis=(1, 2, 3)))
