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
    """The pixel signatures of a model: serving_default, encode, correlate, decode.

    Args:
        model: a model of `tfcoseg.applications`.
        batch: the batch size, or None for any.
        max_pixels: the most pixels of a mask for which `decode` may be asked, since it
            needs no pixels to ask for many; None for any number.

    Returns:
        Signatures by name:

        - `serving_default`: image_a, image_b, uint8 RGB (batch, height, width, 3) of
          any size each -> mask_a, mask_b, float32 (batch, height, width, 1) of their
          sizes, 0..1; score_a, score_b, float32 (batch,), 0..1.
        - `encode`: image, uint8 (batch, height, width, 3) -> features, skip_1, ...,
          embedding, kernel, as `endpoints.encode`.
        - `correlate`: embedding of an image, kernel of its partner or the mean kernel
          of its partners -> correlation. With any batch, one of either goes with all
          of the other.
        - `decode`: correlation, features, skip_1, ..., and size, int32 (2,), the height
          and width of the result -> mask, float32 (batch, height, width, 1); score.

    Example:

    >>> from tfcoseg.applications import CoSegMobileNetV2
    >>> signatures = signatures_of(CoSegMobileNetV2())
    >>> list(signatures["decode"].inputs)
    ['correlation', 'features', 'skip_1', 'skip_2', 'size']
    """
    image = tf.TensorSpec((batch, None, None, 3), tf.uint8)
    encoded = _specs_of_encoded(model, image)
    maps = [name for name in encoded if name not in (names.EMBEDDING, names.KERNEL)]
    correlation = encoded[names.EMBEDDING]
    size = tf.TensorSpec((2,), tf.int32)

    def pair(inputs):
        return predict_pair(model, inputs[names.IMAGE_A], inputs[names.IMAGE_B])

    def encode(inputs):
        return endpoints.encode(model, inputs[names.IMAGE])

    def correlate(inputs):
        embedding, kernel = inputs[names.EMBEDDING], inputs[names.KERNEL]
        if batch is None:
            embedding, kernel = _broadcast(embedding, kernel)
        return {names.CORRELATION: endpoints.correlate(model, embedding, kernel)}

    def decode(inputs):
        given = {name: inputs[name] for name in maps}
        size = inputs[names.SIZE]
        if max_pixels is not None:
            size = _bounded(size, max_pixels)
        mask = endpoints.decode(model, inputs[names.CORRELATION], given, size)
        return {names.MASK: mask, names.SCORE: endpoints.score(mask)}

    return {
        names.SERVING_DEFAULT: _named(
            pair, {names.IMAGE_A: image, names.IMAGE_B: image}
        ),
        names.ENCODE: _named(encode, {names.IMAGE: image}),
        names.CORRELATE: _named(
            correlate, {name: encoded[name] for name in (names.EMBEDDING, names.KERNEL)}
        ),
        names.DECODE: _named(
            decode,
            {
                names.CORRELATION: correlation,
                **{name: encoded[name] for name in maps},
                names.SIZE: size,
            },
        ),
    }


def predict_pair(model, image_a, image_b):
    """Masks and scores of a pair of batches of pixels, by name."""
    masks = model({names.IMAGE_A: image_a, names.IMAGE_B: image_b}, training=False)
    return {
        **masks,
        names.SCORE_A: endpoints.score(masks[names.MASK_A]),
        names.SCORE_B: endpoints.score(masks[names.MASK_B]),
    }


def _named(function, specs):
    specs = {
        name: tf.TensorSpec(spec.shape, spec.dtype, name=name)
        for name, spec in specs.items()
    }
    return Signature(function, specs)


def _specs_of_encoded(model, image):
    """What `encode` gives, traced; heights and widths may be any."""
    traced = tf.function(lambda pixels: endpoints.encode(model, pixels))
    outputs = traced.get_concrete_function(image).structured_outputs
    return {
        name: tf.TensorSpec(spec.shape, spec.dtype) for name, spec in outputs.items()
    }


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


def _broadcast(embedding, kernel):
    """One sample of either is repeated for all of the other."""
    count = tf.maximum(tf.shape(embedding)[0], tf.shape(kernel)[0])
    return [
        tf.cond(
            tf.shape(tensor)[0] == 1,
            lambda tensor=tensor: tf.repeat(tensor, count, axis=0),
            lambda tensor=tensor: tensor,
        )
        for tensor in (embedding, kernel)
    ]
