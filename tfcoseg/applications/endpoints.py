"""The stages of a co-segmentation model one by one, for groups and for export.

Encode each image once; correlate it with its partners (one kernel, or the mean of
several, and their descriptors) and decode it; do both again with kernels and weights
from the masks that were found; score. All functions take a model made by
`tfcoseg.applications` and TensorFlow tensors, and can be traced by `tf.function`.
"""

import tensorflow as tf

from tfcoseg.ops import cross_correlate, pyramid_levels, resize_bilinear
from tfcoseg.ops.resize import area_weights
from tfcoseg.signature import (
    AFFINITY,
    CORRELATION,
    DESCRIPTORS,
    EMBEDDING,
    FEATURES,
    KERNEL,
    PARTNER_WEIGHTS,
    PARTNERS,
)


def has_verification(model):
    """Whether the model compares descriptors, or is the method of the paper alone."""
    return any(layer.name == "verification" for layer in model.layers)


def encode(model, image):
    """Everything about an image that does not depend on its partner.

    Args:
        model: a co-segmentation model.
        image: tensor (batch, height, width, 3), RGB, 0..255, any number type.

    Returns:
        Dict of "features" (batch, h, w, channels), "skip_1", ... (finer maps),
        "embedding" (batch, h, w, filters), which is phi_1 of the features, "kernel"
        (batch, K, K, filters), with which a partner's embedding is correlated, and
        "descriptors" (batch, h, w, channels), unit vectors, if the model has any.
    """
    features, *rest = model.get_layer("siamese_encoder").encode(image)
    descriptors = {}
    if model.get_layer("siamese_encoder").descriptors is not None:
        *rest, last = rest
        descriptors = {DESCRIPTORS: tf.cast(last, tf.float32)}
    xcorr = model.get_layer("pyramid_xcorr")
    embedding = xcorr.embed(features)
    return {
        FEATURES: features,
        **{f"skip_{index}": skip for index, skip in enumerate(rest, 1)},
        EMBEDDING: embedding,
        KERNEL: xcorr.kernel_of(embedding),
        **descriptors,
    }


def refer(model, embedding, reference):
    """What an image of which a mask of the object is known is to its partners.

    Args:
        model: a co-segmentation model.
        embedding: of the image, from `encode`.
        reference: float32 tensor (batch, any height, any width, 1), 1 on the object.

    Returns:
        Dict of "kernel" (batch, K, K, filters) and "partner_weights" (batch, 1, h w),
        the mask at the positions of the descriptors.
    """
    weights = area_weights(reference, embedding)
    shape = tf.shape(weights)
    flat = tf.reshape(weights, (shape[0], 1, shape[1] * shape[2]))
    kernel = model.get_layer("pyramid_xcorr").kernel_of(embedding, weights)
    return {KERNEL: kernel, PARTNER_WEIGHTS: flat}


def correlate(model, encoded, partner):
    """How an image corresponds to its partner or partners.

    Args:
        model: a co-segmentation model.
        encoded: what `encode` returned for the image; "embedding" and "descriptors"
            are used.
        partner: "kernel" (batch, K, K, filters), of one partner or the mean of several,
            or None for the embedding itself in place of the correlation; "partners"
            (batch, n, positions, channels), the descriptors of n partners; and
            "partner_weights" (batch, n, positions), masks of the object in them.

    Returns:
        Dict of "correlation" (batch, h, w, filters) and, with descriptors, "affinity"
        (batch, h, w, 4).
    """
    xcorr = model.get_layer("pyramid_xcorr")
    if partner[KERNEL] is None:
        found = {CORRELATION: xcorr.phi_2(encoded[EMBEDDING])}
    else:
        found = {CORRELATION: xcorr.correlate(encoded[EMBEDDING], partner[KERNEL])}
    if DESCRIPTORS in encoded:
        affinity = model.get_layer("semantic_affinity")
        found[AFFINITY] = affinity.compare(
            encoded[DESCRIPTORS], partner[PARTNERS], partner[PARTNER_WEIGHTS]
        )
    return found


def correlation_levels(model, embedding, partner_embedding):
    """The response to each kernel size, before the mean and phi_2.

    Returns:
        List of float32 tensors (batch, h, w, filters), in the order of `kernel_sizes`.
    """
    xcorr = model.get_layer("pyramid_xcorr")
    levels = pyramid_levels(partner_embedding, xcorr.kernel_sizes, xcorr.normalization)
    embedding = tf.cast(embedding, tf.float32)
    return [cross_correlate(embedding, level, xcorr.implementation) for level in levels]


def decode(model, correlated, encoded, size):
    """Probabilities of the common object, before verification.

    Args:
        model: a co-segmentation model.
        correlated: what `correlate` returned for this image.
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
    maps = [encoded[name] for name in (FEATURES, *skips)]
    logits = model.get_layer("mask_decoder").decode(
        correlated[CORRELATION], maps, correlated.get(AFFINITY)
    )
    return tf.sigmoid(tf.cast(resize_bilinear(logits, size), tf.float32))


def pooled_object(model, descriptors, mask):
    """The descriptor (batch, channels) of what a soft mask covers; see `score`."""
    return model.get_layer("verification").pool(descriptors, mask)


def score(model, objects_a, objects_b):
    """The probability that two images share a kind of object; see `Verification`.

    Args:
        model: a co-segmentation model with verification.
        objects_a, objects_b: tensors (..., channels) from `pooled_object`.
    """
    return model.get_layer("verification").score(objects_a, objects_b)
