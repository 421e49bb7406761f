"""The signature `serve_group_bytes`: encoded pictures of a group in, masks out."""

import keras
import tensorflow as tf

from tfcoseg import signature as names
from tfcoseg.applications import endpoints
from tfcoseg.export.encoded_pictures import decode_pictures, encode_masks
from tfcoseg.export.group_partners import as_partners, others
from tfcoseg.export.group_scores import group_scores
from tfcoseg.export.serve_bytes import MOST_ROWS
from tfcoseg.export.signatures import Signature
from tfcoseg.inference.group import ROUNDS
from tfcoseg.ops import mean_kernel_of_others


def serve_group_of(model: keras.Model, working_size: int, max_pixels: int) -> Signature:
    """Builds the signature for a model.

    It takes images, a string tensor (n,) of 2 to `MOST_ROWS` encoded pictures of any
    sizes, and gives masks_bytes, a string tensor (n,) of 8-bit grey PNGs of probability
    x 255 at each picture's own size, and scores, float32 (n,), as
    `Predictor.predict_group` gives them. The mask of a picture whose score is below
    that of the weights is zeros. One request is one group, so servers must not put
    requests together.

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
    kernel, descriptors = of_encoded[names.KERNEL], of_encoded[names.DESCRIPTORS]
    *positions, channels = descriptors.shape
    of_referred = kernel, tf.TensorSpec((*positions, 1))
    of_decoded = tf.TensorSpec((*square, 1)), tf.TensorSpec((channels,))

    def encode_one(pixels):
        return {name: map_[0] for name, map_ in encode(pixels[None]).items()}

    def refer_one(row):
        referred = endpoints.refer(model, *(tensor[None] for tensor in row))
        weights = tf.reshape(referred[names.PARTNER_WEIGHTS], (*positions, 1))
        return referred[names.KERNEL][0], weights

    def find(encoded, kernels, weights):
        """Soft masks, and descriptors of what they cover, by one comparison."""
        partners, weights = as_partners(encoded[names.DESCRIPTORS], weights)
        count = tf.shape(kernels)[0]

        def find_one(row):
            index, one, kernel = row
            own = {name: map_[None] for name, map_ in one.items()}
            partner = {
                names.KERNEL: kernel[None],
                names.PARTNERS: others(partners, index)[None],
                names.PARTNER_WEIGHTS: others(weights, index)[None],
            }
            correlated = endpoints.correlate(model, own, partner)
            mask = endpoints.decode(model, correlated, own, square)
            found = endpoints.pooled_object(model, own[names.DESCRIPTORS], mask)
            return mask[0], found[0]

        rows = tf.range(count), encoded, mean_kernel_of_others(kernels)
        return _each(find_one, rows, of_decoded)

    def serve(inputs):
        contents = _bounded(inputs[names.IMAGES])
        images, sizes = decode_pictures(contents, working_size, max_pixels)
        encoded = _each(encode_one, images, of_encoded)
        kernels = encoded[names.KERNEL]
        weights = tf.ones_like(encoded[names.DESCRIPTORS][..., :1])
        masks, objects = find(encoded, kernels, weights)
        for _ in range(ROUNDS - 1):
            rows = encoded[names.EMBEDDING], masks
            masks, objects = find(encoded, *_each(refer_one, rows, of_referred))
        scores = group_scores(model, kernels, objects)
        found = scores >= model.get_layer("verification").min_score
        masks *= tf.reshape(tf.cast(found, tf.float32), (-1, 1, 1, 1))
        return {names.MASKS_BYTES: encode_masks(masks, sizes), names.SCORES: scores}

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
