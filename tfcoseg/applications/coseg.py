"""The co-segmentation models: functions that return a functional `keras.Model`."""

import os

import keras

from tfcoseg.applications.settings import read_settings
from tfcoseg.embedded import EMBEDDED_WEIGHTS, embedded_weights_path
from tfcoseg.layers import (
    MaskDecoder,
    PyramidXCorr,
    SemanticAffinity,
    SiameseEncoder,
    Verification,
)
from tfcoseg.signature import (
    IMAGE_A,
    IMAGE_B,
    MASK_A,
    MASK_B,
    REFERENCE_A,
    REFERENCE_B,
)

# Of each backbone: the middle layers that are correlated, the deepest one for the
# descriptors, where the trained copy of the backbone begins, and the decoder's skips.
_LITE2 = {
    "backbone": "efficientnet_lite2",
    "features": ("block_14_add", "block_15_expand_relu"),
    "descriptors": "block_19_add",
    "branch_from": "block_6_add",
    "skips": ("block_6_add", "block_3_add", "block_0_project_BN"),
}
_LITE0 = {
    "backbone": "efficientnet_lite0",
    "features": ("block_10_add", "block_11_expand_relu"),
    "descriptors": "block_14_add",
    "branch_from": "block_4_add",
    "skips": ("block_4_add", "block_2_add", "block_0_project_BN"),
}
_MOBILENET_V2 = {
    "backbone": "mobilenetv2",
    "features": ("block_12_add", "block_13_expand_relu"),
    "descriptors": "block_15_add",
    "branch_from": "block_5_add",
    "skips": ("block_5_add", "block_2_add", "expanded_conv_project_BN"),
}
_RESNET50 = {
    "backbone": "resnet50",
    "features": "conv4_block6_out",
    "descriptors": "conv5_block3_out",
    "branch_from": "conv3_block4_out",
    "skips": ("conv3_block4_out", "conv2_block3_out"),
}
_VGG16 = {
    "backbone": "vgg16",
    "features": "block5_conv3",
    "descriptors": "block5_conv3",
    "branch_from": "block3_conv3",
    "skips": ("block3_conv3", "block2_conv2"),
}


def CoSegEfficientNetLite2(
    weights="coseg",
    input_shape=None,
    reference_masks=False,
    implementation="auto",
    name="coseg_efficientnet_lite2",
    **options,
):
    """Pyramid features cross-correlation network on EfficientNet-Lite2, trained.

    Args:
        weights: `"coseg"`, the trained weights that come with the package; `None`
            (random); or the path of a `.weights.h5` file.
        input_shape: tuple or None. Shape of both images without the batch; None is
            (None, None, 3): any size from 32 x 32, and the two may differ.
        reference_masks: bool. Whether the model also takes "reference_a" and
            "reference_b", float32 (batch, height, width, 1): masks of the object in
            the images, 1 on the object. Ones (or zeros) everywhere where there is
            none. The weights are the same. Defaults to False.
        implementation: str. How to compute the correlation; see `PyramidXCorr`. Models
            of different implementations have the same weights and results.
        name: str. Name of the model.
        **options: further arguments of `CoSeg`, such as `kernel_sizes`.

    Returns:
        `keras.Model` from `{"image_a", "image_b"}`, RGB (batch, height, width, 3) with
        values in 0..255, to `{"mask_a", "mask_b"}`, float32 probabilities (batch,
        height, width, 1). Preprocessing is inside. Where the two images share no kind
        of object, both masks are zeros (see `Verification`), except while training.

    Raises:
        ValueError: for a wrong shape, or weights that do not exist.

    Reference: Chen et al., Sci China Inf Sci 66(1):119101, 2023; Tan and Le,
    "EfficientNet", ICML 2019.

    Example:

    >>> model = CoSegEfficientNetLite2()
    >>> image_a, image_b = np.zeros((1, 64, 64, 3)), np.zeros((1, 96, 64, 3))
    >>> masks = model.predict({"image_a": image_a, "image_b": image_b}, verbose=0)
    >>> masks["mask_b"].shape
    (1, 96, 64, 1)
    """
    weights = _resolve(weights, ("coseg", "coseg-v3"))
    given = dict(reference_masks=reference_masks, implementation=implementation)
    return CoSeg(**_LITE2 | given | options, **_rest(weights, input_shape, name))


def CoSegEfficientNetLite0(
    weights=None,
    input_shape=None,
    reference_masks=False,
    implementation="auto",
    name="coseg_efficientnet_lite0",
    **options,
):
    """The same network on EfficientNet-Lite0: half the size and time, for phones.

    Args and returns as `CoSegEfficientNetLite2`; there are no trained weights yet.

    Reference: Chen et al., Sci China Inf Sci 66(1):119101, 2023; Tan and Le,
    "EfficientNet", ICML 2019.

    Example:

    >>> model = CoSegEfficientNetLite0()
    >>> model.name, list(model.output)
    ('coseg_efficientnet_lite0', ['mask_a', 'mask_b'])
    """
    weights = _resolve(weights, ())
    given = dict(filters=128, decoder_filters=(96, 48, 24, 16))
    given |= dict(reference_masks=reference_masks, implementation=implementation)
    return CoSeg(**_LITE0 | given | options, **_rest(weights, input_shape, name))


def CoSegMobileNetV2(
    weights=None,
    input_shape=None,
    reference_masks=False,
    implementation="auto",
    name="coseg_mobilenetv2",
    **options,
):
    """The same network on MobileNetV2; no trained weights.

    Args and returns as `CoSegEfficientNetLite2`; `weights` may also be "imagenet",
    which downloads those of the backbone.

    Reference: Chen et al., Sci China Inf Sci 66(1):119101, 2023; Sandler et al.,
    "MobileNetV2", CVPR 2018.

    Example:

    >>> model = CoSegMobileNetV2()
    >>> model.name, list(model.output)
    ('coseg_mobilenetv2', ['mask_a', 'mask_b'])
    """
    weights = _resolve(weights, ())
    given = dict(reference_masks=reference_masks, implementation=implementation)
    return CoSeg(**_MOBILENET_V2 | given | options, **_rest(weights, input_shape, name))


def CoSegResNet50(
    weights=None,
    input_shape=None,
    reference_masks=False,
    implementation="auto",
    name="coseg_resnet50",
    **options,
):
    """The same network on ResNet50; no trained weights.

    Args and returns as `CoSegMobileNetV2`.

    Reference: Chen et al., Sci China Inf Sci 66(1):119101, 2023; He et al., "Deep
    Residual Learning for Image Recognition", CVPR 2016.

    Example:

    >>> model = CoSegResNet50()
    >>> model.name, list(model.output)
    ('coseg_resnet50', ['mask_a', 'mask_b'])
    """
    weights = _resolve(weights, ())
    given = dict(filters=512, decoder_filters=(256, 128, 64))
    given |= dict(reference_masks=reference_masks, implementation=implementation)
    return CoSeg(**_RESNET50 | given | options, **_rest(weights, input_shape, name))


def CoSegVGG16(
    weights=None,
    input_shape=None,
    reference_masks=False,
    implementation="auto",
    name="coseg_vgg16",
    **options,
):
    """The same network on VGG16; no trained weights.

    Args and returns as `CoSegMobileNetV2`.

    Reference: Chen et al., Sci China Inf Sci 66(1):119101, 2023; Simonyan and
    Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition",
    ICLR 2015.

    Example:

    >>> model = CoSegVGG16()
    >>> model.name, list(model.output)
    ('coseg_vgg16', ['mask_a', 'mask_b'])
    """
    weights = _resolve(weights, ())
    given = dict(filters=512, decoder_filters=(256, 128, 64))
    given |= dict(reference_masks=reference_masks, implementation=implementation)
    return CoSeg(**_VGG16 | given | options, **_rest(weights, input_shape, name))


def CoSeg(
    backbone,
    features,
    descriptors=None,
    skips=(),
    branch_from=None,
    output_stride=16,
    filters=256,
    kernel_sizes=(11, 15, 19),
    normalization="channel",
    implementation="auto",
    decoder_filters=(128, 64, 32, 16),
    context=2,
    rounds=2,
    reference_masks=False,
    weights=None,
    input_shape=None,
    name="coseg",
):
    """Pyramid features cross-correlation network on any backbone.

    Args:
        backbone: str or `keras.Model`; see `SiameseEncoder`, which the arguments up to
            `output_stride` belong to.
        features: str or tuple of str. Layers whose outputs are correlated.
        descriptors: str or None. Layer whose output is compared by `SemanticAffinity`
            and `Verification`. None leaves both out: the method of the paper alone.
        skips: tuple of str. Earlier layers for the decoder, deepest first.
        branch_from: str or None. Layer from which on the features have a copy of the
            backbone to themselves.
        output_stride: int. Pixels per position of the features, 16 or 8.
        filters: int. Channels of the correlation.
        kernel_sizes, normalization, implementation: see `PyramidXCorr`.
        decoder_filters: tuple of int. Channels of the decoder's stages, one for the
            features and one for each skip.
        context: int. Convolutions of the decoder at half the features' size.
        rounds: int. How often the images are compared: from the second time on, each
            with the object that was found in the other before. The weights are the
            same. Exports and `Predictor` compare twice.
        reference_masks, input_shape, name: see `CoSegEfficientNetLite2`.
        weights: path of a `.weights.h5` file, "imagenet" for the backbone's, or None.

    Returns:
        As `CoSegEfficientNetLite2`.

    Example:

    >>> model = CoSeg("vgg16", "block4_conv3", decoder_filters=(8,))
    >>> list(model.input)
    ['image_a', 'image_b']
    """
    # Layers
    encoder = SiameseEncoder(
        backbone, output_stride, features, skips, descriptors, branch_from
    )
    xcorr = PyramidXCorr(filters, kernel_sizes, normalization, implementation)
    decoder = MaskDecoder(decoder_filters, context)
    shape = _check_shape(input_shape)
    inputs = {name: keras.Input(shape, name=name) for name in (IMAGE_A, IMAGE_B)}
    references = {}
    if reference_masks:
        references = {
            name: keras.Input((*shape[:2], 1), name=name)
            for name in (REFERENCE_A, REFERENCE_B)
        }

    # Functional model
    encoded = encoder(*inputs.values())
    parts = xcorr, decoder, SemanticAffinity() if descriptors is not None else None
    masks = compare(parts, encoded, inputs, references)
    for _ in range(rounds - 1):
        found = _references(masks, references)
        masks = compare(parts, encoded, inputs, found)
    if descriptors is not None:
        masks = Verification()(encoded[0][-1], encoded[1][-1], *masks)
    masks = dict(zip((MASK_A, MASK_B), masks))
    model = keras.Model({**inputs, **references}, masks, name=name)

    # Weights
    if weights == "imagenet":
        encoder.load_backbone(weights)
    elif weights is not None:
        model.load_weights(weights)
    return model


def compare(parts, encoded, images, references):
    """Masks of both images by one comparison of them.

    Args:
        parts: the layers `PyramidXCorr`, `MaskDecoder` and `SemanticAffinity` or None.
        encoded: the two lists that `SiameseEncoder` returns.
        images: dict of the two images, of which only the sizes are used.
        references: dict of masks of the object, "reference_a" and "reference_b", or
            empty.

    Returns:
        Two tensors (batch, height, width, 1), float32 probabilities.
    """
    xcorr, decoder, affinity = parts
    maps, affinities = encoded, (None, None)
    if affinity is not None:
        affinities = affinity(encoded[0][-1], encoded[1][-1], **references)
        maps = [one[:-1] for one in encoded]
    correlations = xcorr(maps[0][0], maps[1][0], **references)
    sigmoid = keras.layers.Activation("sigmoid", dtype="float32")
    return [
        sigmoid(decoder(*given))
        for given in zip(correlations, maps, images.values(), affinities)
    ]


def _references(masks, given):
    """The masks that were found, where none is given."""
    found = [keras.ops.stop_gradient(mask) for mask in masks]
    if given:
        found = [
            keras.ops.where(_is_given(mask), mask, new)
            for mask, new in zip(given.values(), found)
        ]
    return dict(zip((REFERENCE_A, REFERENCE_B), found))


def _is_given(mask):
    """Whether there is anything inside a mask and anything outside."""
    least, most = (
        reduce(mask, (1, 2, 3), keepdims=True)
        for reduce in (keras.ops.min, keras.ops.max)
    )
    return keras.ops.logical_and(least < 1, most > 0)


def load_model(weights, **options):
    """The model that a `.weights.h5` file is for, with these weights.

    Args:
        weights: name of embedded weights ("coseg"), or the path of a file written by
            `save_weights` of this package, which holds the settings of its model.
        **options: arguments of `CoSeg` that do not change the weights, such as
            `reference_masks=True`.

    Raises:
        ValueError: if there is no such file, or it does not hold the settings.

    Example:

    >>> load_model("coseg").name
    'coseg_efficientnet_lite2'
    """
    path = _resolve(weights, ("coseg", *EMBEDDED_WEIGHTS))
    settings = read_settings(path)
    if settings is None:
        raise ValueError(
            "Expected weights that were written by this package, which hold the "
            "settings of their model. For others call the constructor that they are "
            f"for, CoSegEfficientNetLite2(weights=...). Received: {weights}"
        )
    return CoSeg(**settings | options, weights=path)


def preprocess_input(x, data_format=None):
    """Returns `x` unchanged: the models take RGB images of 0..255 as they are.

    Here because users of keras.applications look for it.

    Example:

    >>> preprocess_input(np.array([0, 127, 255])).tolist()
    [0, 127, 255]
    """
    return x


def _rest(weights, input_shape, name):
    return {"weights": weights, "input_shape": input_shape, "name": name}


def _check_shape(shape):
    shape = (None, None, 3) if shape is None else tuple(shape)
    small = [side for side in shape[:2] if side is not None and side < 32]
    if len(shape) != 3 or shape[2] != 3 or small:
        raise ValueError(
            "`input_shape` must be (height, width, 3) of at least 32 x 32, None where "
            f"any size is to do. Received: input_shape={shape}"
        )
    return shape


def _resolve(weights, embedded):
    """None, "imagenet" or a path; an error for a name that is none of `embedded`."""
    if weights is None or weights == "imagenet":
        return weights
    path = weights in embedded and embedded_weights_path(weights) or weights
    if not os.path.exists(path):
        raise ValueError(
            f"`weights` must be one of {[*embedded, 'imagenet', None]} or the path of "
            f"an existing .weights.h5 file. Received: weights={weights!r}"
        )
    return path
