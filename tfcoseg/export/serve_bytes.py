"""The signature `serve_bytes`: encoded pictures in, encoded masks out."""

from collections.abc import Callable

import keras
import tensorflow as tf

from tfcoseg import signature as names
from tfcoseg.export.encoded_pictures import decode_pictures, encode_masks
from tfcoseg.export.signatures import Signature, predict_pair

# The most pairs of one request.
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
    probability x 255 at each picture's own size, score_a and score_b, float32 (n,). A
    request holds 1 to `MOST_ROWS` pairs.

    Args:
        model: a model of `tfcoseg.applications`.
        working_size: side in pixels of the square at which the network runs.
        max_pixels: a picture that announces more pixels is refused before decoding.
        batching: whether the network sees the pairs of a call, and those of concurrent
            calls, together, or else one by one. Decoding, which may fail, is always
            each call's own.
    """
    core = _core(model, working_size)
    run = _batched(core) if batching else core

    def rows(contents_a, contents_b):
        images_a, sizes_a = decode_pictures(contents_a, working_size, max_pixels)
        images_b, sizes_b = decode_pictures(contents_b, working_size, max_pixels)
        masks_a, masks_b, scores_a, scores_b = run(images_a, images_b)
        # A batch function forgets the shapes of what it returns.
        square = (None, working_size, working_size, 1)
        masks_a, masks_b = (
            tf.ensure_shape(mask, square) for mask in (masks_a, masks_b)
        )
        return {
            names.MASK_A_BYTES: encode_masks(masks_a, sizes_a),
            names.MASK_B_BYTES: encode_masks(masks_b, sizes_b),
            names.SCORE_A: tf.ensure_shape(scores_a, (None,)),
            names.SCORE_B: tf.ensure_shape(scores_b, (None,)),
        }

    def serve(inputs):
        contents = _contents(inputs)
        return rows(*contents) if batching else _one_by_one(rows, contents)

    strings = {
        name: tf.TensorSpec((None,), tf.string, name=name)
        for name in (names.IMAGE_A, names.IMAGE_B)
    }
    return Signature(serve, strings)


def _core(model, working_size) -> Callable:
    """The network between pixels and probabilities, all of one size."""
    images = tf.TensorSpec((None, working_size, working_size, 3), tf.float32)

    @tf.function(input_signature=[images, images])
    def core(images_a, images_b):
        outputs = predict_pair(model, images_a, images_b)
        wanted = (names.MASK_A, names.MASK_B, names.SCORE_A, names.SCORE_B)
        return tuple(outputs[name] for name in wanted)

    return core


def _one_by_one(rows, contents):
    """One pair after the other, so that memory is needed for one at a time."""

    def one(pair):
        content_a, content_b = pair
        return {k: v[0] for k, v in rows(content_a[None], content_b[None]).items()}

    types = {names.MASK_A_BYTES: tf.string, names.MASK_B_BYTES: tf.string}
    types |= {names.SCORE_A: tf.float32, names.SCORE_B: tf.float32}
    specs = {name: tf.TensorSpec((), dtype) for name, dtype in types.items()}
    return tf.map_fn(one, contents, fn_output_signature=specs, parallel_iterations=1)


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
    few = f"image_a and image_b must hold 1 to {MOST_ROWS} pictures each. Received: "
    bounded = tf.logical_and(count_a >= 1, count_a <= MOST_ROWS)
    checks = [
        tf.Assert(fits, [tf.strings.join([rule, *received])])
        for fits, rule in ((count_a == count_b, equal), (bounded, few))
    ]
    with tf.control_dependencies(checks):
        return [tf.identity(content) for content in contents]
