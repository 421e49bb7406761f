"""Pyramid features cross-correlation, equations (1) to (4) of the paper.

The features of one image, resized to several small squares and L2-normalised, are the
kernels with which the features of the other image are correlated, channel by channel.
The mean over the squares is linear, so the kernels are summed first and correlated
once.

Reference: Chen et al., "Image co-segmentation based on pyramid features
cross-correlation network", Sci China Inf Sci 66(1):119101, 2023.
"""

import tensorflow as tf

from tfcoseg.ops.implementations import IMPLEMENTATIONS, choose
from tfcoseg.ops.resize import resize_bilinear

NORMALIZATION_AXES = {"channel": (1, 2), "position": (3,), "kernel": (1, 2, 3)}


def pyramid_levels(features, kernel_sizes, normalization="channel"):
    """The L2-normalised kernels of an image, one per size: L2(resize(features, k x k)).

    Args:
        features: tensor (batch, height, width, channels), phi_1 of the features.
        kernel_sizes: the sides k of the square kernels, in positions of the map.
        normalization: what has unit L2 norm: each channel over the k x k positions
            (`"channel"`), each position over the channels (`"position"`), the whole
            kernel (`"kernel"`), or nothing (`None`).

    Returns:
        List of float32 tensors (batch, k, k, channels), in the order of `kernel_sizes`.

    Example:

    >>> levels = pyramid_levels(tf.ones((2, 9, 7, 4)), (3, 5))
    >>> [tuple(level.shape) for level in levels]
    [(2, 3, 3, 4), (2, 5, 5, 4)]
    >>> float(tf.norm(levels[0][0, :, :, 0]))  # each channel has unit norm
    1.0
    """
    if normalization is not None and normalization not in NORMALIZATION_AXES:
        raise ValueError(
            f"`normalization` must be one of {[*NORMALIZATION_AXES, None]}. "
            f"Received: normalization={normalization!r}"
        )
    features = tf.cast(features, tf.float32)
    levels = [resize_bilinear(features, (size, size)) for size in kernel_sizes]
    if normalization is None:
        return levels
    axes = NORMALIZATION_AXES[normalization]
    return [tf.math.l2_normalize(level, axes, epsilon=1e-12) for level in levels]


def pyramid_kernel(features, kernel_sizes, normalization="channel", weights=None):
    """The mean of the pyramid's kernels, zero-padded to the largest, centres aligned.

    Correlating once with this kernel equals the mean of the correlations with the
    levels.

    Args:
        features, kernel_sizes, normalization: as in `pyramid_levels`.
        weights: None, or a float32 tensor (levels,) by which the levels are weighted in
            place of the mean; they should sum to 1.

    Returns:
        Float32 tensor (batch, K, K, channels), K the largest of `kernel_sizes`.

    Example:

    >>> tuple(pyramid_kernel(tf.ones((2, 9, 7, 4)), (3, 5)).shape)
    (2, 5, 5, 4)
    """
    largest = max(kernel_sizes)
    levels = pyramid_levels(features, kernel_sizes, normalization)
    if weights is not None:
        levels = [weight * level for weight, level in zip(tf.unstack(weights), levels)]
    total = 0.0
    for size, level in zip(kernel_sizes, levels):
        before = (largest - 1) // 2 - (size - 1) // 2
        after = largest - size - before
        total += tf.pad(level, [[0, 0], [before, after], [before, after], [0, 0]])
    return total if weights is not None else total / len(kernel_sizes)


def mean_kernel_of_others(kernels):
    """For each image of a group, the mean of the other images' kernels.

    Correlation is linear in its kernel, so correlating with this mean equals the mean
    of the correlations with each of the others. Of two images it is the other's kernel,
    to the bit.

    Args:
        kernels: tensor (n, K, K, channels), n >= 2.

    Returns:
        Tensor of the same shape and dtype.

    Example:

    >>> kernels = tf.reshape([1.0, 2.0, 6.0], (3, 1, 1, 1))
    >>> mean_kernel_of_others(kernels).numpy().ravel().tolist()
    [4.0, 3.5, 1.5]
    """
    count = tf.shape(kernels)[0]
    total = tf.reduce_sum(kernels, axis=0, keepdims=True)
    means = (total - kernels) / tf.cast(count - 1, kernels.dtype)
    return tf.where(count == 2, kernels[::-1], means)


def cross_correlate(features, kernel, implementation="auto"):
    """Correlates each channel of each sample with its own kernel, at the map's size.

    `out[b, y, x, c] = sum_uv features[b, y + u - o, x + v - o, c] * kernel[b, u, v, c]`
    with o = (K - 1) // 2 and zeros outside of the map: TensorFlow's SAME padding, for
    odd and even K. Computed in float32 whatever comes in.

    Args:
        features: tensor (batch, height, width, channels).
        kernel: tensor (batch, K, K, channels); K may exceed height and width.
        implementation: `"vectorized_map"` (a depth-wise convolution per sample),
            `"fft"` (through the frequency domain), `"depthwise"` (one depth-wise
            convolution with the batch folded into the channels; at batch 1 an ordinary
            one, which LiteRT converts), or `"auto"`: vectorized_map where TensorFlow
            sees a GPU; on a CPU whichever of depthwise and fft is the faster forward
            there, with the gradient of fft, which is the fastest everywhere. Where
            XLA compiles for a CPU choose fft yourself: XLA slows depthwise down.

    Returns:
        Tensor of the shape and dtype of `features`.

    Raises:
        ValueError: for an unknown implementation, or batches that differ.

    Example:

    >>> features, kernel = tf.ones((1, 3, 3, 1)), tf.ones((1, 3, 3, 1))
    >>> cross_correlate(features, kernel, "depthwise").numpy()[0, ..., 0].tolist()
    [[4.0, 6.0, 4.0], [6.0, 9.0, 6.0], [4.0, 6.0, 4.0]]
    """
    features, kernel = tf.convert_to_tensor(features), tf.convert_to_tensor(kernel)
    if implementation == "auto":
        correlate = choose()
    elif implementation in IMPLEMENTATIONS:
        correlate = IMPLEMENTATIONS[implementation]
    else:
        raise ValueError(
            f"`implementation` must be 'auto' or one of {list(IMPLEMENTATIONS)}. "
            f"Received: implementation={implementation!r}"
        )
    if not features.shape[0:1].is_compatible_with(kernel.shape[0:1]):
        raise ValueError(
            "Each sample needs a kernel of its own. Received: features of shape "
            f"{tuple(features.shape)} and a kernel of shape {tuple(kernel.shape)}"
        )
    batch = features.shape[0]
    if batch is None:
        batch = tf.shape(features)[0]
    result = correlate(*_at_least_one(batch, features, kernel))[:batch]
    return tf.cast(tf.ensure_shape(result, features.shape), features.dtype)


def _at_least_one(batch, *tensors):
    """As float32; an empty batch gets one sample of zeros: no kernel runs on none."""
    tensors = [tf.cast(tensor, tf.float32) for tensor in tensors]
    if isinstance(batch, int) and batch > 0:
        return tensors
    missing = tf.maximum(0, 1 - batch)
    return [tf.pad(x, [[0, missing], [0, 0], [0, 0], [0, 0]]) for x in tensors]
