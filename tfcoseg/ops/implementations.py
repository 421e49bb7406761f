"""Ways to correlate maps with kernels, of which `cross_correlate` picks one.

Each takes float32 features (batch, height, width, channels) and kernels (batch, K, K,
channels) of a batch of at least one, and returns the shape of the features.
"""

import contextlib
import contextvars
import functools
import time

import keras
import numpy as np
import tensorflow as tf

_forward_alone = contextvars.ContextVar("forward_alone", default=False)

# Lengths for which the fast Fourier transform is fast: products of 2, 3 and 5.
_SMOOTH_LENGTHS = np.unique(
    [2**i * 3**j * 5**k for i in range(15) for j in range(10) for k in range(7)]
)
_SMOOTH_LENGTHS = _SMOOTH_LENGTHS[_SMOOTH_LENGTHS <= 2**14].astype(np.int32)


def by_vectorized_map(features, kernel):
    """A depth-wise convolution per sample, vectorised over the batch."""

    def correlate_sample(sample):
        image, own_kernel = sample
        return tf.nn.depthwise_conv2d(
            image[None], own_kernel[..., None], strides=(1, 1, 1, 1), padding="SAME"
        )[0]

    # At batch 1 the gradient comes back as IndexedSlices; a reshape makes it dense.
    dense = [tf.reshape(x, tf.shape(x)) for x in (features, kernel)]
    return tf.vectorized_map(correlate_sample, tuple(dense))


def by_depthwise(features, kernel):
    """One depth-wise convolution, the batch folded into the channels."""
    if features.shape[0] == 1:
        return keras.ops.depthwise_conv(features, kernel[0, ..., None], padding="same")
    batch, height, width, channels = _shape(features)
    size, folded = kernel.shape[1], batch * channels
    image = tf.transpose(features, (1, 2, 0, 3))
    filters = tf.transpose(kernel, (1, 2, 0, 3))
    result = keras.ops.depthwise_conv(
        tf.reshape(image, (1, height, width, folded)),
        tf.reshape(filters, (size, size, folded, 1)),
        padding="same",
    )
    result = tf.reshape(result, (height, width, batch, channels))
    return tf.transpose(result, (2, 0, 1, 3))


def by_fft(features, kernel):
    """A product of spectra.

    The gradient is written by hand because TensorFlow's own for `rfft2d` goes through
    complex transforms of twice the size.
    """
    if _forward_alone.get():
        return _by_fft(features, kernel, _spectra(features, kernel))
    return _by_fft_with_gradient(features, kernel)


@tf.custom_gradient
def _by_fft_with_gradient(features, kernel):
    spectra = _spectra(features, kernel)
    result = _by_fft(features, kernel, spectra)
    return result, functools.partial(_gradient, features, kernel, spectra)


def _by_fft(features, kernel, spectra):
    image, filters = spectra
    return _invert(image * tf.math.conj(filters), features, kernel, 0, features)


@contextlib.contextmanager
def forward_alone():
    """Traces without gradients written by hand what is not going to be trained.

    TensorFlow keeps every gradient that is written by hand, and the whole graph that it
    was traced in, for as long as the process lives.
    """
    token = _forward_alone.set(True)
    try:
        yield
    finally:
        _forward_alone.reset(token)


def by_depthwise_with_fft_gradient(features, kernel):
    """Forward as `by_depthwise`, backward as `by_fft`."""
    if _forward_alone.get():
        return by_depthwise(features, kernel)
    return _by_depthwise_with_fft_gradient(features, kernel)


@tf.custom_gradient
def _by_depthwise_with_fft_gradient(features, kernel):
    return by_depthwise(features, kernel), functools.partial(
        _gradient, features, kernel, None
    )


IMPLEMENTATIONS = {
    "vectorized_map": by_vectorized_map,
    "fft": by_fft,
    "depthwise": by_depthwise,
}


def choose():
    """The function behind `"auto"` on this machine; see `cross_correlate`."""
    if tf.config.list_physical_devices("GPU"):
        return by_vectorized_map
    return by_depthwise_with_fft_gradient if _depthwise_is_fast() else by_fft


@functools.cache
def _depthwise_is_fast():
    """Whether a small depth-wise convolution beats the transform.

    Measured once, in about 50 ms: by a factor of 2 to 4 either way on processors
    tried, since it depends on whether oneDNN has a kernel for this processor, which
    TensorFlow does not tell.
    """

    def best_time(correlate):
        features, kernel = tf.ones((1, 33, 33, 128)), tf.ones((1, 19, 19, 128))
        times = []
        for _ in range(5):
            start = time.perf_counter()
            correlate(features, kernel).numpy()
            times.append(time.perf_counter() - start)
        return min(times)

    with tf.init_scope(), tf.device("CPU:0"):
        return best_time(by_depthwise) < best_time(by_fft)


def _spectra(features, kernel):
    """Transforms of the map, shifted by the kernel's centre, and of the kernel."""
    shift = _centre(kernel)
    image = tf.pad(features, [[0, 0], [shift, 0], [shift, 0], [0, 0]])
    lengths = _lengths(features, kernel)
    return tuple(
        tf.signal.rfft2d(tf.transpose(x, (0, 3, 1, 2)), lengths)
        for x in (image, kernel)
    )


def _invert(spectrum, features, kernel, start, like):
    """Back to positions, cropped from `start` to the height and width of `like`."""
    signal = tf.signal.irfft2d(spectrum, _lengths(features, kernel))
    _, height, width, _ = _shape(like)
    signal = signal[:, :, start : start + height, start : start + width]
    return tf.transpose(signal, (0, 2, 3, 1))


def _gradient(features, kernel, spectra, upstream):
    """Gradients of the correlation with respect to the map and to the kernel."""
    image, filters = _spectra(features, kernel) if spectra is None else spectra
    lengths = _lengths(features, kernel)
    change = tf.signal.rfft2d(tf.transpose(upstream, (0, 3, 1, 2)), lengths)
    start = _centre(kernel)
    return (
        _invert(change * filters, features, kernel, start, features),
        _invert(image * tf.math.conj(change), features, kernel, 0, kernel),
    )


def _centre(kernel):
    return (kernel.shape[1] - 1) // 2


def _lengths(features, kernel):
    """Transform lengths so great that what wraps round meets zeros only."""
    size = kernel.shape[1]
    _, height, width, _ = _shape(features)
    return [_fast_length(side + size // 2, size) for side in (height, width)]


def _fast_length(needed, at_least):
    if isinstance(needed, int):
        index = np.searchsorted(_SMOOTH_LENGTHS, max(needed, at_least))
        return int(_SMOOTH_LENGTHS[index])
    table = tf.constant(_SMOOTH_LENGTHS)
    needed = tf.maximum(needed, at_least)
    return tf.gather(table, tf.searchsorted(table, needed[None]))[0]


def _shape(tensor):
    """The dimensions: integers where they are known, scalar tensors where not."""
    dynamic = tf.shape(tensor)
    return [
        dynamic[axis] if size is None else size
        for axis, size in enumerate(tensor.shape)
    ]
