"""The co-segmentation models: functions that return a functional `keras.Model`."""

import os
from pathlib import Path

import h5py
import keras

from tfcoseg.cards import features_of
from tfcoseg.embedded import EMBEDDED_WEIGHTS, embedded_weights_path
from tfcoseg.layers import MaskDecoder, PyramidXCorr, SiameseEncoder
from tfcoseg.signature import IMAGE_A, IMAGE_B, MASK_A, MASK_B

# The layers of MobileNetV2 whose outputs are the features. Deeper ones know the kinds
# of object of ImageNet, and of the training pictures, too well: others come out worse.
FEATURES = ("block_12_add", "block_13_expand_relu")
# What weights were trained on before; where neither a card nor a run beside the file
# says so, their phi_1 tells, which takes 320 channels.
_OLDER_FEATURES, _OLDER_WIDTH = ("block_16_project_BN",), 320


def CoSegMobileNetV2(
    weights="coseg",
    input_shape=None,
    output_stride=16,
    features=None,
    kernel_sizes=(11, 15, 19),
    normalization="channel",
    implementation="auto",
    name="coseg_mobilenetv2",
):
    """Pyramid features cross-correlation network on MobileNetV2, with trained weights.

    Args:
        weights: `"coseg"` (the newest embedded weights) or one by name, `"coseg-v2"`;
            `"imagenet"` (the backbone's, downloaded by keras.applications; the rest is
            random); `None` (random); or the path of a `.weights.h5` file.
        input_shape: shape of both images without the batch; None is (None, None, 3),
            any size from 32 x 32 on, and A and B may differ.
        output_stride: pixels per position of the features, 16 or 8.
        features: layer of the backbone whose output is the features, or several, as in
            `SiameseEncoder`; None is what `weights` were trained with, else
            ("block_12_add", "block_13_expand_relu").
        kernel_sizes: sides of the correlation's kernels, in positions of the features.
        normalization: which part of a kernel has unit norm; see `PyramidXCorr`.
        implementation: of the correlation; see `PyramidXCorr`. Models of different
            implementations have the same weights and results.
        name: name of the model.

    Returns:
        `keras.Model` from `{"image_a", "image_b"}`, RGB (batch, height, width, 3) with
        values in 0..255, to `{"mask_a", "mask_b"}`, float32 probabilities (batch,
        height, width, 1). Preprocessing is inside.

    Raises:
        ValueError: for a wrong shape, or weights that do not exist; it names those that
            do.

    Reference: Chen et al., Sci China Inf Sci 66(1):119101, 2023; Sandler et al.,
    "MobileNetV2", CVPR 2018.

    Example:

    >>> model = CoSegMobileNetV2()
    >>> image_a, image_b = np.zeros((1, 64, 64, 3)), np.zeros((1, 96, 64, 3))
    >>> masks = model.predict({"image_a": image_a, "image_b": image_b}, verbose=0)
    >>> masks["mask_b"].shape
    (1, 96, 64, 1)
    """
    features = _features_of(weights) if features is None else features
    features = (features,) if isinstance(features, str) else tuple(features)
    # Weights of the older features were trained without context.
    context = 0 if features == _OLDER_FEATURES else 2
    return _build(
        SiameseEncoder(
            "mobilenetv2", output_stride, features, ("block_5_add", "block_2_add")
        ),
        PyramidXCorr(256, kernel_sizes, normalization, implementation),
        MaskDecoder((128, 64, 32), context),
        input_shape,
        _resolve(weights, ("coseg", *EMBEDDED_WEIGHTS)),
        name,
    )


def CoSegResNet50(
    weights=None,
    input_shape=None,
    output_stride=16,
    kernel_sizes=(11, 15, 19),
    normalization="channel",
    implementation="auto",
    name="coseg_resnet50",
):
    """Pyramid features cross-correlation network on ResNet50; no trained weights yet.

    Args and returns as `CoSegMobileNetV2`, whose `"coseg"` does not exist here.

    Reference: Chen et al., Sci China Inf Sci 66(1):119101, 2023; He et al., "Deep
    Residual Learning for Image Recognition", CVPR 2016.

    Example:

    >>> model = CoSegResNet50()
    >>> model.name, list(model.output)
    ('coseg_resnet50', ['mask_a', 'mask_b'])
    """
    return _build(
        SiameseEncoder(
            "resnet50", output_stride, skips=("conv3_block4_out", "conv2_block3_out")
        ),
        PyramidXCorr(512, kernel_sizes, normalization, implementation),
        MaskDecoder((256, 128, 64)),
        input_shape,
        _resolve(weights, ()),
        name,
    )


def CoSegVGG16(
    weights=None,
    input_shape=None,
    output_stride=16,
    kernel_sizes=(11, 15, 19),
    normalization="channel",
    implementation="auto",
    name="coseg_vgg16",
):
    """Pyramid features cross-correlation network on VGG16; no trained weights yet.

    Args and returns as `CoSegMobileNetV2`, whose `"coseg"` does not exist here.

    Reference: Chen et al., Sci China Inf Sci 66(1):119101, 2023; Simonyan and
    Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition",
    ICLR 2015.

    Example:

    >>> model = CoSegVGG16()
    >>> model.name, list(model.output)
    ('coseg_vgg16', ['mask_a', 'mask_b'])
    """
    return _build(
        SiameseEncoder("vgg16", output_stride, skips=("block3_conv3", "block2_conv2")),
        PyramidXCorr(512, kernel_sizes, normalization, implementation),
        MaskDecoder((256, 128, 64)),
        input_shape,
        _resolve(weights, ()),
        name,
    )


def preprocess_input(x, data_format=None):
    """Returns `x` unchanged: the models take RGB images of 0..255 as they are.

    Here because users of keras.applications look for it.

    Example:

    >>> preprocess_input(np.array([0, 127, 255])).tolist()
    [0, 127, 255]
    """
    return x


def _build(encoder, xcorr, decoder, input_shape, weights, name):
    # Layers
    shape = _check_shape(input_shape)
    image_a = keras.Input(shape, name=IMAGE_A)
    image_b = keras.Input(shape, name=IMAGE_B)

    # Functional model
    of_a, of_b = encoder(image_a, image_b)
    correlation_a, correlation_b = xcorr(of_a[0], of_b[0])
    logits_a = decoder(correlation_a, of_a, image_a)
    logits_b = decoder(correlation_b, of_b, image_b)
    masks = {
        MASK_A: keras.layers.Activation("sigmoid", dtype="float32", name=MASK_A)(
            logits_a
        ),
        MASK_B: keras.layers.Activation("sigmoid", dtype="float32", name=MASK_B)(
            logits_b
        ),
    }
    model = keras.Model({IMAGE_A: image_a, IMAGE_B: image_b}, masks, name=name)

    # Weights
    if weights == "imagenet":
        encoder.load_backbone(weights)
    elif weights is not None:
        model.load_weights(weights)
    return model


def _check_shape(shape):
    shape = (None, None, 3) if shape is None else tuple(shape)
    small = [side for side in shape[:2] if side is not None and side < 32]
    if len(shape) != 3 or shape[2] != 3 or small:
        raise ValueError(
            "`input_shape` must be (height, width, 3) of at least 32 x 32, None where "
            f"any size is to do. Received: input_shape={shape}"
        )
    return shape


def _features_of(weights):
    """The layers whose outputs the phi_1 of a weights file takes."""
    if not isinstance(weights, (str, os.PathLike)):
        return FEATURES
    path = embedded_weights_path(weights) or Path(weights)
    if not path.is_file() or not h5py.is_hdf5(path):
        return FEATURES  # whoever loads it says what is wrong with it
    if known := features_of(path):
        return known
    with h5py.File(path) as file:
        phi_1 = file.get("layers/pyramid_x_corr/phi_1/vars/0")
        older = phi_1 is not None and phi_1.shape[-2] == _OLDER_WIDTH
    return _OLDER_FEATURES if older else FEATURES


def _resolve(weights, embedded):
    """None, "imagenet" or a path; an error for a name that is none of `embedded`."""
    if weights is None or weights == "imagenet":
        return weights
    path = embedded_weights_path(weights) if weights in embedded else weights
    if not os.path.exists(path):
        raise ValueError(
            f"`weights` must be one of {[*embedded, 'imagenet', None]} or the path of "
            f"an existing .weights.h5 file. Received: weights={weights!r}"
        )
    return path
