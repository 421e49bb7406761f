"""The signature `serve_group_bytes`: encoded pictures of a group in, masks out."""

import keras
import tensorflow as tf

from tfcoseg import signature as names
from tfcoseg.applications import endpoints
from tfcoseg.export.encoded_pictures import decode_pictures, encode_masks
from tfcoseg.export.serve_bytes import MOST_ROWS
from tfcoseg.export.signatures import Signature
from tfcoseg.inference.membership import BIAS, WEIGHTS
from tfcoseg.ops import mean_kernel_of_others


def serve_group_of(model: keras.Model, working_size: int, max_pixels: int) -> Signature:
    """Builds the signature for a model.

    It takes images, a string tensor (n,) of 2 to `MOST_ROWS` encoded pictures of any
    sizes, and gives masks_bytes, a string tensor (n,) of 8-bit grey PNGs of probability
    x 255 at each picture's own size, and scores and memberships, float32 (n,), as
    `Predictor.predict_group` gives them; of two distinct pictures memberships are 1.
    The masks of outliers are not emptied: that is for whoever asks. One request is one
    group, so servers must not put requests together.

    Args:
        model: a model of `tfcoseg.applications`.
        working_size: side in pixels of the square at which the network runs.
        max_pixels: a picture that announces more pixels is refused before decoding.
    """
    square = (working_size, working_size)
    image = tf.TensorSpec((1, *square, 3), tf.float32)
    encode = tf.function(lambda pixels: endpoints.encode(model, pixels), [image])
    outputs = encode.get_concrete_function().structured_outputs
    of_encoded = {n: tf.TensorSpec(o.shape[1:], o.dtype) for n, o in outputs.items()}
    of_decoded = tf.TensorSpec((*square, 1), tf.float32), tf.TensorSpec((), tf.float32)

    def encode_one(pixels):
        return {name: map_[0] for name, map_ in encode(pixels[None]).items()}

    def decode_one(pair):
        encoded = {name: map_[None] for name, map_ in pair[0].items()}
        embedding, kernel = encoded[names.EMBEDDING], pair[1][None]
        correlation = endpoints.correlate(model, embedding, kernel)
        mask = endpoints.decode(model, correlation, encoded, square)
        return mask[0], endpoints.score(mask)[0]

    def serve(inputs):
        contents = _bounded(inputs[names.IMAGES])
        images, sizes = decode_pictures(contents, working_size, max_pixels)
        encoded = _each(encode_one, images, of_encoded)
        kernels = mean_kernel_of_others(encoded[names.KERNEL])
        masks, scores = _each(decode_one, (encoded, kernels), of_decoded)
        return {
            names.MASKS_BYTES: encode_masks(masks, sizes),
            names.SCORES: scores,
            names.MEMBERSHIPS: _memberships(encoded, masks, scores),
        }

    strings = tf.TensorSpec((None,), tf.string, name=names.IMAGES)
    return Signature(serve, {names.IMAGES: strings})


def _each(function, elements, signature):
    """One picture after the other, so that the network's memory is that of one."""
    return tf.map_fn(
        function, elements, fn_output_signature=signature, parallel_iterations=1
    )


def _bounded(contents):
    count = tf.shape(contents)[0]
    rule = f"images must hold 2 to {MOST_ROWS} pictures. Received: "
    message = tf.strings.join([rule, tf.strings.as_string(count)])
    fits = tf.logical_and(count >= 2, count <= MOST_ROWS)
    with tf.control_dependencies([tf.Assert(fits, [message])]):
        return tf.identity(contents)


def _memberships(encoded, masks, scores):
    """`tfcoseg.inference.membership.memberships` as a graph."""
    features = encoded[names.FEATURES]
    weights = tf.image.resize(masks, tf.shape(features)[1:3], antialias=True)
    weighed = tf.reduce_sum(features * weights, axis=(1, 2))
    objects = weighed / tf.maximum(tf.reduce_sum(weights, axis=(1, 2)), 1e-6)
    kernels = tf.reshape(encoded[names.KERNEL], (tf.shape(scores)[0], -1))
    voices = _voices(kernels)
    others = tf.reduce_sum(voices) - 1.0
    middle = tf.reduce_sum(voices * objects, axis=0) / (others + 1.0)
    found = {
        "kernel": _mean_cosines(kernels, voices, others),
        "object": _mean_cosines(objects, voices, others),
        "centred": _mean_cosines(objects - middle, voices, others) + 1.0 / others,
        "score": scores,
    }
    logits = BIAS + tf.add_n([WEIGHTS[name] * values for name, values in found.items()])
    # Of two distinct pictures, or one, nobody is outvoted.
    return tf.where(others > 1.5, tf.sigmoid(logits), 1.0)


def _voices(kernels):
    """(n, 1): copies of one picture share one voice; their kernels do not differ."""
    differ = tf.map_fn(
        lambda own: tf.reduce_max(tf.abs(kernels - own), axis=1),
        kernels,
        parallel_iterations=1,
    )
    copies = tf.reduce_sum(tf.cast(differ < 1e-7, tf.float32), axis=1, keepdims=True)
    return 1.0 / copies


def _mean_cosines(vectors, voices, others):
    lengths = tf.norm(vectors, axis=1, keepdims=True)
    units = vectors / tf.maximum(lengths, 1e-12)
    total = tf.reduce_sum(voices * units, axis=0, keepdims=True)
    return (tf.reduce_sum(units * total, axis=1) - 1.0) / others
