"""Weights of samples and of pixels, as `fit` hands them to losses and metrics."""

from keras import ops


def pixel_weights(sample_weight, y_true):
    """The weight of each pixel.

    Args:
        sample_weight: of shape (batch,) or (batch, 1), a weight for each sample; or
            (batch, height, width), with or without a last axis of 1, one for each
            pixel.
        y_true: masks (batch, height, width, 1), or another shape.

    Returns:
        Weights of the shape of `y_true`.

    Raises:
        ValueError: for another shape.
    """
    weights = ops.convert_to_tensor(sample_weight)
    shape, wanted = tuple(weights.shape), tuple(y_true.shape)
    spread = shape + (1,) * (len(wanted) - len(shape))
    known = [(a, b) for a, b in zip(spread, wanted) if None not in (a, b)]
    if len(spread) != len(wanted) or any(a not in (1, b) for a, b in known):
        raise ValueError(
            "`sample_weight` must have the shape (batch,) or that of the masks, "
            f"{wanted}, with or without the last axis. Received: shape {shape}"
        )
    for _ in range(len(wanted) - len(shape)):
        weights = ops.expand_dims(weights, -1)
    return ops.broadcast_to(weights, ops.shape(y_true))
