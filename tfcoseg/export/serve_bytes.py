"""The signature `serve_bytes`: encoded pictures in, encoded masks out."""

from collections.abc import Callable

import keras
import tensorflow as tf

from tfcoseg import signature as names
from tfcoseg.export.encoded_pictures import decode_pictures, encode_masks
from tfcoseg.export.signatures import Signature, predict_pair

# The most pairs of one request; the network sees them together.
MOST_ROWS = 32

# In-graph batching: requests that come within so many microseconds share a batch, which
# is padded to one of the sizes; more rows are split.
_TIMEOUT_MICROS = 2000
_BATCH_SIZES = (1, 2, 4, 8)
_BATCH_THREADS = 2
_QUEUED_BATCHES = 64


def serve_bytes_of(
    model: keras.Model, working_size: int, max_pixels: int, batching: bool = False
) -> Signature:
    """Builds the signature for a model.

    It takes image_a and image_b, string tensors (n,) of encoded pictures of any sizes,
    and gives mask_a_bytes and mask_b_bytes, string tensors (n,) of 8-bit grey PNGs of
    probability x 255 at each picture's own size, score_a and score_b, float32 (n,). At
    most `MOST_ROWS` pairs are taken at once.

    Args:
        model: a model of `tfcoseg.applications`.
        working_size: side in pixels of the square at which the network runs.
        max_pixels: a picture that announces more pixels is refused before decoding.
        batching: whether the network's runs of concurrent calls are put together. What
            is decoded, and may fail, is not.
    """
    square = (None, working_size, working_size)
    core = _core(model, square)
    run = _batched(core) if batching else core

    def serve(inputs):
        (images_a, sizes_a), (images_b, sizes_b) = [
            decode_pictures(content, working_size, max_pixels)
            for content in _contents(inputs)
        ]
        masks_a, masks_b, scores_a, scores_b = run(images_a, images_b)
        # A batch function forgets the shapes of what it returns.
        masks_a, masks_b = (
            tf.ensure_shape(m, (*square, 1)) for m in (masks_a, masks_b)
        )
        return {
            names.MASK_A_BYTES: encode_masks(masks_a, sizes_a),
            names.MASK_B_BYTES: encode_masks(masks_b, sizes_b),
            names.SCORE_A: tf.ensure_shape(scores_a, (None,)),
            names.SCORE_B: tf.ensure_shape(scores_b, (None,)),
        }

    strings = {
        name: tf.TensorSpec((None,), tf.string, name=name)
        for name in (names.IMAGE_A, names.IMAGE_B)
    }
    return Signature(serve, strings)


def _core(model, square) -> Callable:
    """The network between pixels and probabilities, all of one size."""
    images = tf.TensorSpec((*square, 3), tf.float32)

    @tf.function(input_signature=[images, images])
    def core(images_a, images_b):
        outputs = predict_pair(model, images_a, images_b)
        wanted = (names.MASK_A, names.MASK_B, names.SCORE_A, names.SCORE_B)
        return tuple(outputs[name] for name in wanted)

    return core


def _batched(core) -> Callable:
    return tf.nondifferentiable_batch_function(
        num_batch_threads=_BATCH_THREADS,
        max_batch_size=MOST_ROWS,
        batch_timeout_micros=_TIMEOUT_MICROS,
        allowed_batch_sizes=list(_BATCH_SIZES),
        max_enqueued_batches=_QUEUED_BATCHES,
    )(core)


def _contents(inputs):
    """The two inputs, once it is certain that they can be run together."""
    contents = [inputs[name] for name in (names.IMAGE_A, names.IMAGE_B)]
    count_a, count_b = (tf.shape(content)[0] for content in contents)
    received = [tf.strings.as_string(count_a), " and ", tf.strings.as_string(count_b)]
    equal = "image_a and image_b must hold the same number of pictures. Received: "
    few = f"image_a and image_b may hold at most {MOST_ROWS} pictures each. Received: "
    checks = [
        tf.Assert(fits, [tf.strings.join([rule, *received])])
        for fits, rule in ((count_a == count_b, equal), (count_a <= MOST_ROWS, few))
    ]
    with tf.control_dependencies(checks):
        return [tf.identity(content) for content in contents]
