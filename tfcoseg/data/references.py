"""Reference masks: the user's own masks of the object, as inputs of the network."""

import tensorflow as tf

# A reference without a single pixel of background: none was given.
ABSENT = 1.0


def reference_masks(masks, positive, share, seed):
    """Gives some pairs the true mask of one picture or of both as an input.

    Of a positive pair that is drawn, A, B or both have a reference, with equal chances;
    of a negative pair it is B, whose own object A does not hold.

    Args:
        masks: uint8 (h, w, 1) of 0, 1 and `VOID`, of A's and B's own objects.
        positive: bool scalar tensor.
        share: float in 0..1. Probability that a pair is drawn.
        seed: int32 (2,) tensor.

    Returns:
        Two float32 tensors (h, w, 1) of 0 and 1. A reference that is not given, or
        would be empty, is 1 everywhere (`ABSENT`).

    Example:

    >>> own = tf.constant([[[0], [1], [255]]], tf.uint8)
    >>> a, b = reference_masks([own, own], tf.constant(False), 1.0, [1, 2])
    >>> np.ravel(a).tolist(), np.ravel(b).tolist()
    ([1.0, 1.0, 1.0], [0.0, 1.0, 0.0])
    """
    drawn = tf.random.stateless_uniform((2,), seed)
    chosen, which = drawn[0] < share, drawn[1]
    given_a = chosen & positive & (which < 2 / 3)
    given_b = chosen & (~positive | (which >= 1 / 3))
    return [_reference(mask, given) for mask, given in zip(masks, (given_a, given_b))]


def _reference(mask, given):
    there = mask == 1
    given = given & tf.reduce_any(there)
    return tf.where(given, tf.cast(there, tf.float32), ABSENT)
