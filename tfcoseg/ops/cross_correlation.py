"""Pyramid features cross-correlation, equations (1) to (4) of the paper.

The features of one image, resized to several small squares and L2-normalised, are the
kernels with which the features of the other image are correlated, channel by channel. The
mean over the squares is linear, so the kernels are summed first and correlated once.

Reference: Chen et al., "Image co-segmentation based on pyramid features cross-correlation
network", Sci China Inf Sci 66(1):119101, 2023.
"""

import keras
import numpy as np
import tensorflow as tf

from tfcoseg.ops.resize import resize_bilinear

NORMALIZATION_AXES = {"channel": (1, 2), "position": (3,), "kernel": (1, 2, 3)}

# Lengths for which the fast Fourier transform is fast: products of 2, 3 and 5.
_SMOOTH_LENGTHS = np.unique(
    [2**i * 3**j * 5**k for i in range(15) for j in range(10) for k in range(7)]
)
_SMOOTH_LENGTHS = _SMOOTH_LENGTHS[_SMOOTH_LENGTHS <= 2**14].astype(np.int32)


def pyramid_levels(features, kernel_sizes, normalization="channel"):
    """The L2-normalised kernels of an image, one per size: L2(resize(features, k x k)).

    Args:
        features: tensor (batch, height, width, channels), phi_1 of the image's features.
        kernel_sizes: the sides k of the square kernels, in positions of the map.
        normalization: what has unit L2 norm: each channel over the k x k positions
            (`"channel"`), each position over the channels (`"position"`), the whole
            kernel (`"kernel"`), or nothing (`None`).

    Returns:
        List of float32 tensors (batch, k, k, channels), in the order of `kernel_sizes`.
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


def pyramid_kernel(features, kernel_sizes, normalization="channel"):
    """The mean of the pyramid's kernels, zero-padded to the largest, centres aligned.

    Correlating once with this kernel equals the mean of the correlations with the levels.

    Args: as `pyramid_levels`.

    Returns:
        Float32 tensor (batch, K, K, channels), K the largest of `kernel_sizes`.
    """
    largest = max(kernel_sizes)
    total = 0.0
    for level in pyramid_levels(features, kernel_sizes, normalization):
        size = level.shape[1]
        before = (largest - 1) // 2 - (size - 1) // 2
        after = largest - size - before
        total += tf.pad(level, [[0, 0], [before, after], [before, after], [0, 0]])
    return total / len(kernel_sizes)


def mean_kernel_of_others(kernels):
    """For each image of a group, the mean of the other images' kernels.

    Correlation is linear in its kernel, so correlating with this mean equals the mean of
    the correlations with each of the others. Of two images it is the other's kernel, to
    the bit.

    Args:
        kernels: tensor (n, K, K, channels), n >= 2.

    Returns:
        Tensor of the same shape and dtype.
    """
    count = tf.shape(kernels)[0]
    others = 1.0 - tf.eye(count, dtype=kernels.dtype)
    return tf.einsum("ij,jyxc->iyxc", others, kernels) / tf.cast(
        count - 1, kernels.dtype
    )


def cross_correlate(features, kernel, implementation="auto"):
    """Correlates each channel of each sample with its own kernel, at the map's own size.

    `out[b, y, x, c] = sum_uv features[b, y + u - o, x + v - o, c] * kernel[b, u, v, c]`
    with o = (K - 1) // 2 and zeros outside of the map: TensorFlow's SAME padding, for odd
    and even K. Computed in float32 whatever comes in.

    Args:
        features: tensor (batch, height, width, channels).
        kernel: tensor (batch, K, K, channels); K may exceed height and width.
        implementation: `"vectorized_map"` (a depth-wise convolution per sample; the
            choice for a GPU), `"fft"` (the choice for a CPU), `"depthwise"` (one
            depth-wise convolution with the batch folded into the channels; at batch 1 an
            ordinary one, which LiteRT converts), or `"auto"` (vectorized_map where
            TensorFlow sees a GPU, fft elsewhere).

    Returns:
        Tensor of the shape and dtype of `features`.
    """
    if implementation == "auto":
        gpus = tf.config.list_physical_devices("GPU")
        implementation = "vectorized_map" if gpus else "fft"
    if implementation not in _IMPLEMENTATIONS:
        raise ValueError(
            f"`implementation` must be 'auto' or one of {list(_IMPLEMENTATIONS)}. "
            f"Received: implementation={implementation!r}"
        )
    dtype = features.dtype
    correlate = _IMPLEMENTATIONS[implementation]
    batch = _shape(features)[0]
    result = correlate(*_at_least_one(features, kernel))[:batch]
    return tf.cast(tf.ensure_shape(result, features.shape), dtype)


def _at_least_one(*tensors):
    """As float32; an empty batch gets one sample of zeros, since no kernel runs on none."""
    tensors = [tf.cast(tensor, tf.float32) for tensor in tensors]
    batch = _shape(tensors[0])[0]
    if isinstance(batch, int) and batch > 0:
        return tensors
    missing = tf.maximum(0, 1 - batch)
    return [tf.pad(x, [[0, missing], [0, 0], [0, 0], [0, 0]]) for x in tensors]


def _depthwise(image, kernel):
    """One sample's map (1, h, w, c) correlated with one kernel (K, K, c)."""
    return keras.ops.depthwise_conv(image, kernel[..., None], padding="same")


def _by_vectorized_map(features, kernel):
    def correlate_sample(sample):
        image, own_kernel = sample
        return tf.nn.depthwise_conv2d(
            image[None], own_kernel[..., None], strides=(1, 1, 1, 1), padding="SAME"
        )[0]

    # At batch 1 the gradient comes back as IndexedSlices; a reshape makes it dense again.
    dense = [tf.reshape(x, tf.shape(x)) for x in (features, kernel)]
    return tf.vectorized_map(correlate_sample, tuple(dense))


def _by_folding(features, kernel):
    batch, height, width, channels = _shape(features)
    size = kernel.shape[1]
    if features.shape[0] == 1:
        return _depthwise(features, kernel[0])
    image = tf.transpose(features, (1, 2, 0, 3))
    image = tf.reshape(image, (1, height, width, batch * channels))
    filters = tf.reshape(
        tf.transpose(kernel, (1, 2, 0, 3)), (size, size, batch * channels)
    )
    folded = _depthwise(image, filters)
    result = tf.reshape(folded, (height, width, batch, channels))
    return tf.transpose(result, (2, 0, 1, 3))


def _by_fft(features, kernel):
    _, height, width, _ = _shape(features)
    size = kernel.shape[1]
    offset, reach = (size - 1) // 2, size // 2
    # Long enough that what wraps round meets zeros only.
    length = [_fast_length(side, reach, size) for side in (height, width)]
    image = tf.signal.rfft2d(tf.transpose(features, (0, 3, 1, 2)), length)
    filters = tf.signal.rfft2d(tf.transpose(kernel, (0, 3, 1, 2)), length)
    result = tf.signal.irfft2d(image * tf.math.conj(filters), length)
    result = tf.roll(result, shift=(offset, offset), axis=(2, 3))
    return tf.transpose(result[:, :, :height, :width], (0, 2, 3, 1))


def _fast_length(side, reach, size):
    """The smallest fast transform length >= max(side + reach, size)."""
    if isinstance(side, int):
        at_least = max(side + reach, size)
        index = np.searchsorted(_SMOOTH_LENGTHS, at_least)
        return int(_SMOOTH_LENGTHS[index])
    at_least = tf.maximum(side + reach, size)
    lengths = tf.constant(_SMOOTH_LENGTHS)
    return tf.gather(lengths, tf.searchsorted(lengths, at_least[None]))[0]


def _shape(tensor):
    """The dimensions: integers where they are known, scalar tensors where not."""
    dynamic = tf.shape(tensor)
    return [
        dynamic[axis] if size is None else size for axis, size in enumerate(tensor.shape)
    ]


_IMPLEMENTATIONS = {
    "vectorized_map": _by_vectorized_map,
    "fft": _by_fft,
    "depthwise": _by_folding,
}
