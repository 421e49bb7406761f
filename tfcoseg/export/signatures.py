"""The signatures that every exported model has, whatever the format.

Names and shapes are those of `tfcoseg.signature`. Each function takes tensors by name
and returns tensors by name, and can be traced by `tf.function`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import tensorflow as tf

from tfcoseg import signature as names
from tfcoseg.applications import endpoints


@dataclass(frozen=True)
class Signature:
    """A function from a dict of named tensors to another.

    Attributes:
        function: takes one argument, the dict.
        inputs: the specs of its tensors, by name.
    """

    function: Callable[[dict[str, tf.Tensor]], dict[str, tf.Tensor]]
    inputs: dict[str, tf.TensorSpec]


def signatures_of(
    model: keras.Model, batch: int | None = None, max_pixels: int | None = None
) -> dict[str, Signature]:
    """The pixel signatures of a model: pairs, and the stages one by one.

    Args:
        model: a model of `tfcoseg.applications`.
        batch: the batch size, or None for any.
        max_pixels: the most pixels of a mask for which `decode` may be asked, since it
            needs no pixels to ask for many; None for any number.

    Returns:
        Signatures by name:

        - `serving_default`: image_a, image_b, uint8 RGB (batch, height, width, 3) of
          any size each -> mask_a, mask_b, float32 (batch, height, width, 1) of their
          sizes, 0..1, zeros where the score is below that of the weights; score_a,
          score_b, float32 (batch,), 0..1: both the score of the pair.
        - `encode`: image, uint8 (batch, height, width, 3) -> features, skip_1, ...,
          embedding, kernel, descriptors, as `endpoints.encode`.
        - `refer`: embedding of an image, reference, float32 (batch, any height, any
          width, 1), a mask of the object in it -> kernel, partner_weights: what it is
          to its partners.
        - `correlate`: embedding and descriptors of an image, kernel of its partner or
          the mean kernel of its partners, partners (batch, n, positions, channels),
          their descriptors, and partner_weights (batch, n, positions) -> correlation,
          affinity. With any batch, one of either goes with all of the other.
        - `decode`: correlation, affinity, features, skip_1, ..., descriptors, and size,
          int32 (2,), the height and width of the result -> mask, float32 (batch,
          height, width, 1), and object (batch, channels), the descriptor of what the
          mask covers.
        - `verify`: objects_a (n, channels), objects_b (m, channels) -> scores (n, m),
          the probability that two share a kind, and min_score (1,), the score of the
          weights below which masks are to be empty.

    Example:

    >>> from tfcoseg.applications import CoSegMobileNetV2
    >>> signatures = signatures_of(CoSegMobileNetV2())
    >>> list(signatures["correlate"].inputs)
    ['embedding', 'descriptors', 'kernel', 'partners', 'partner_weights']
    """
    specs = _specs(model, batch)
    verification = model.get_layer("verification")
    own = (names.EMBEDDING, names.DESCRIPTORS)
    partner = (names.KERNEL, names.PARTNERS, names.PARTNER_WEIGHTS)
    correlated = (names.CORRELATION, names.AFFINITY)
    skips = [name for name in specs if name.startswith("skip_")]
    maps = (names.FEATURES, *skips, names.DESCRIPTORS)

    def pair(inputs):
        return predict_pair(model, inputs[names.IMAGE_A], inputs[names.IMAGE_B])

    def encode(inputs):
        return endpoints.encode(model, inputs[names.IMAGE])

    def refer(inputs):
        return endpoints.refer(model, inputs[names.EMBEDDING], inputs[names.REFERENCE])

    def correlate(inputs):
        if batch is None:
            inputs = _broadcast(inputs)
        return endpoints.correlate(model, _chosen(own, inputs), inputs)

    def decode(inputs):
        size = inputs[names.SIZE]
        if max_pixels is not None:
            size = _bounded(size, max_pixels)
        mask = endpoints.decode(model, inputs, _chosen(maps, inputs), size)
        found = endpoints.pooled_object(model, inputs[names.DESCRIPTORS], mask)
        return {names.MASK: mask, names.OBJECT: found}

    def verify(inputs):
        # Not [..., None], which LiteRT cannot convert where sizes are unknown.
        every_a = tf.expand_dims(inputs[names.OBJECTS_A], 1)
        every_b = tf.expand_dims(inputs[names.OBJECTS_B], 0)
        return {
            names.SCORES: endpoints.score(model, every_a, every_b),
            # Not a scalar, which REST servers cannot answer with.
            names.MIN_SCORE: tf.expand_dims(verification.min_score, 0),
        }

    return {
        name: Signature(function, _named(specs, inputs))
        for name, function, inputs in (
            (names.SERVING_DEFAULT, pair, (names.IMAGE_A, names.IMAGE_B)),
            (names.ENCODE, encode, (names.IMAGE,)),
            (names.REFER, refer, (names.EMBEDDING, names.REFERENCE)),
            (names.CORRELATE, correlate, (*own, *partner)),
            (names.DECODE, decode, (*correlated, *maps, names.SIZE)),
            (names.VERIFY, verify, (names.OBJECTS_A, names.OBJECTS_B)),
        )
    }


def predict_pair(model, image_a, image_b):
    """Masks and scores of a pair of batches of pixels, by name."""
    verification = model.get_layer("verification")
    unverified = keras.Model(model.input, verification.input)
    images = {names.IMAGE_A: image_a, names.IMAGE_B: image_b}
    given = unverified(images, training=False)
    objects = [verification.pool(*each) for each in zip(given[:2], given[2:])]
    score = verification.score(*objects)
    masks = verification(*given, training=False)
    return {
        **dict(zip((names.MASK_A, names.MASK_B), masks)),
        names.SCORE_A: score,
        names.SCORE_B: tf.identity(score),
    }


def _specs(model, batch):
    """The tensors that signatures take, by name; heights and widths may be any."""

    def any_size(channels, dtype=tf.float32):
        return tf.TensorSpec((batch, None, None, channels), dtype)

    image = any_size(3, tf.uint8)
    traced = tf.function(lambda pixels: endpoints.encode(model, pixels))
    encoded = traced.get_concrete_function(image).structured_outputs
    embedding, channels = encoded[names.EMBEDDING], encoded[names.DESCRIPTORS].shape[-1]
    objects = tf.TensorSpec((None, channels), tf.float32)
    return {
        **{name: tf.TensorSpec(x.shape, x.dtype) for name, x in encoded.items()},
        **dict.fromkeys((names.IMAGE, names.IMAGE_A, names.IMAGE_B), image),
        **dict.fromkeys((names.OBJECTS_A, names.OBJECTS_B), objects),
        names.REFERENCE: any_size(1),
        names.PARTNERS: any_size(channels),
        names.PARTNER_WEIGHTS: tf.TensorSpec((batch, None, None), tf.float32),
        names.CORRELATION: tf.TensorSpec(embedding.shape, embedding.dtype),
        names.AFFINITY: any_size(4, embedding.dtype),
        names.SIZE: tf.TensorSpec((2,), tf.int32),
    }


def _named(specs, wanted):
    return {
        name: tf.TensorSpec(specs[name].shape, specs[name].dtype, name=name)
        for name in wanted
    }


def _chosen(wanted, tensors):
    return {name: tensors[name] for name in wanted}


def _bounded(size, max_pixels):
    """The size, once it is certain that it can be had."""
    message = tf.strings.join(
        [
            f"`size` must be a height and a width of at least 1 and of {max_pixels} "
            "pixels at most. Received: ",
            tf.strings.reduce_join(tf.strings.as_string(size), separator=" x "),
        ]
    )
    pixels = tf.reduce_prod(tf.cast(size, tf.int64))
    fits = tf.logical_and(tf.reduce_min(size) >= 1, pixels <= max_pixels)
    with tf.control_dependencies([tf.Assert(fits, [message])]):
        return tf.identity(size)


def _broadcast(tensors):
    """One sample of some tensors is repeated for all of the others."""
    count = tf.reduce_max([tf.shape(tensor)[0] for tensor in tensors.values()])
    return {
        name: tf.cond(
            tf.shape(tensor)[0] == 1,
            lambda tensor=tensor: tf.repeat(tensor, count, axis=0),
            lambda tensor=tensor: tensor,
        )
        for name, tensor in tensors.items()
    }
