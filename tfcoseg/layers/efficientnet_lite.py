"""EfficientNet-Lite, which keras.applications does not have, without its classifier."""

import math
import os
import zipfile

import keras
import numpy as np

# Of each stage: repeats, kernel size, stride, expansion, output channels (of Lite0).
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
# Factors of the channels and of the repeats; stem and head are not scaled.
_SCALES = {"lite0": (1.0, 1.0), "lite2": (1.1, 1.2)}
_EPSILON = 1e-3


def EfficientNetLite(variant="lite0", weights=None, input_shape=None, name=None):
    """EfficientNet-Lite without its classifier: no squeeze-and-excitation, ReLU6.

    Layers are named as in MobileNetV2 of keras.applications: `block_3_expand_relu`,
    `block_3_depthwise`, `block_3_project_BN`, and `block_3_add` where a block has a
    residual connection. The last is `head_relu`.

    Args:
        variant: str. "lite0" or "lite2". Defaults to "lite0".
        weights: path of an `.npz` file with an array per weight, named
            `<layer>/<weight>` ("block_3_expand/kernel"); None for random weights.
        input_shape: tuple. Shape of an image; None for (None, None, 3). The values are
            RGB scaled to -1..1, as by `preprocess_input` of MobileNetV2.
        name: str. Name of the model; None for "efficientnet_" and the variant.

    Returns:
        `keras.Model` from images (batch, height, width, 3) to (batch, height / 32,
        width / 32, 1280), sizes rounded up.

    Raises:
        ValueError: for an unknown variant, or a file with missing or misshapen arrays.

    Reference: Tan and Le, "EfficientNet", ICML 2019; Liu, "Higher accuracy on vision
    models with EfficientNet-Lite", TensorFlow blog, 2020.

    Example:

    >>> model = EfficientNetLite("lite0")
    >>> model.get_layer("block_10_add").output.shape
    (None, None, None, 112)
    """
    if variant not in _SCALES:
        raise ValueError(
            f"`variant` must be one of {list(_SCALES)}. Received: variant={variant!r}"
        )
    width, depth = _SCALES[variant]
    image = keras.Input((None, None, 3) if input_shape is None else input_shape)
    x = _convolution(image, 32, 3, 2, "stem")
    block = 0
    for number, (repeats, kernel, stride, expansion, channels) in enumerate(_STAGES):
        if 0 < number < len(_STAGES) - 1:
            repeats = math.ceil(depth * repeats)
        for repeat in range(repeats):
            x = _block(
                x,
                f"block_{block}",
                kernel,
                1 if repeat else stride,
                expansion,
                _rounded(width * channels),
            )
            block += 1
    x = _convolution(x, 1280, 1, 1, "head")
    model = keras.Model(image, x, name=name or f"efficientnet_{variant}")
    if weights is not None:
        load_arrays(model, weights)
    return model


def load_arrays(model, path):
    """Loads the weights of every layer of `model` from an `.npz` file of named arrays.

    Args:
        model: `EfficientNetLite`, or a part of it with the same layer names.
        path: path of the file. It has an array per weight, named `<layer>/<weight>`;
            other arrays are ignored.

    Raises:
        ValueError: if the file is not an archive of arrays, or if an array is missing
            or has another shape.
    """
    try:
        # Opened here, since NumPy leaves a broken archive open.
        with open(path, "rb") as file, np.load(file) as archive:
            arrays = dict(archive)
    except (EOFError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(
            "Expected an .npz file with an array per weight, named <layer>/<weight>. "
            f"Received: {os.fspath(path)}: {error}"
        ) from error
    for layer in model.layers:
        for weight in layer.weights:
            key, shape = f"{layer.name}/{weight.name}", tuple(weight.shape)
            if key not in arrays or arrays[key].shape != shape:
                found = arrays[key].shape if key in arrays else "no such array"
                raise ValueError(
                    f"Expected an array {key} of shape {shape}. Received: "
                    f"{os.fspath(path)} with {found}"
                )
            weight.assign(arrays[key])


def _block(x, name, kernel, stride, expansion, channels):
    """An inverted residual block."""
    before, shortcut = x.shape[-1], x
    if expansion != 1:
        x = _convolution(x, expansion * before, 1, 1, f"{name}_expand")
    x = keras.layers.DepthwiseConv2D(
        kernel, stride, "same", use_bias=False, name=f"{name}_depthwise"
    )(x)
    x = _normalised(x, f"{name}_depthwise")
    x = _convolution(x, channels, 1, 1, f"{name}_project", activation=False)
    if stride == 1 and before == channels:
        x = keras.layers.Add(name=f"{name}_add")([shortcut, x])
    return x


def _convolution(x, channels, kernel, stride, name, activation=True):
    x = keras.layers.Conv2D(
        channels, kernel, stride, "same", use_bias=False, name=name
    )(x)
    return _normalised(x, name, activation)


def _normalised(x, name, activation=True):
    x = keras.layers.BatchNormalization(epsilon=_EPSILON, name=f"{name}_BN")(x)
    return keras.layers.ReLU(6.0, name=f"{name}_relu")(x) if activation else x


def _rounded(channels):
    """To a multiple of 8, and never down by more than a tenth."""
    multiple = max(8, int(channels + 4) // 8 * 8)
    return multiple + 8 if multiple < 0.9 * channels else multiple
