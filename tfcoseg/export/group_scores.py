"""How well the pictures of a group agree: `inference.agreement` as a graph."""

import tensorflow as tf

from tfcoseg.applications import endpoints

# The most that the kernels of copies of a picture may differ.
_SAME = 1e-7


def group_scores(model, kernels, objects):
    """For each picture the probability that it shows the kind that the others show.

    Args:
        model: a model of `tfcoseg.applications`.
        kernels: tensor (n, K, K, channels); copies of a picture have the same.
        objects: tensor (n, channels) of what was found in the pictures.

    Returns:
        Float32 tensor (n,), 0..1.
    """
    first, of_each = _distinct(kernels)
    objects = tf.gather(objects, first)
    scores = endpoints.score(model, objects[:, None], objects[None])
    return tf.gather(_agreement(scores), of_each)


def _distinct(kernels):
    """The first of each distinct picture, and which of these each is a copy of."""
    count = tf.shape(kernels)[0]
    kernels = tf.reshape(kernels, (count, -1))

    def first_like(own):
        differences = tf.reduce_max(tf.abs(kernels - own), axis=1)
        return tf.argmax(differences < _SAME, output_type=tf.int32)

    spec = tf.TensorSpec((), tf.int32)
    like = tf.map_fn(
        first_like, kernels, fn_output_signature=spec, parallel_iterations=1
    )
    is_first = like == tf.range(count)
    places = tf.cumsum(tf.cast(is_first, tf.int32)) - 1
    return tf.where(is_first)[:, 0], tf.gather(places, like)


def _agreement(scores):
    """The mean score with the half of the others that each fits best."""
    count = tf.shape(scores)[0]
    # A picture comes last among its own partners, but where it is the only one.
    own = tf.eye(count) * tf.cast(count > 1, tf.float32)
    half = tf.maximum((count - 1) // 2, 1)
    return tf.reduce_mean(tf.math.top_k(scores - 2.0 * own, half).values, axis=1)
