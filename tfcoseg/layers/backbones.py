"""Pretrained backbones, those of `BACKBONES` with a smaller output stride.

A stride taken away is made up for by dilating the convolutions behind it, so the
weights fit unchanged: every second position of the denser map is the stock network's
map.

A backbone is a key of `BACKBONES`, the name of a constructor of keras.applications, or
the config of a model of the user's own.
"""

import functools
import inspect
import math
import re
import sys

import keras

from tfcoseg.layers.efficientnet_lite import EfficientNetLite

# What to build, where its features end, and the submodule of its preprocessing.
BACKBONES = {
    "mobilenetv2": ("MobileNetV2", "block_16_project_BN", "mobilenet_v2"),
    "resnet50": ("ResNet50", "conv5_block3_out", "resnet50"),
    "vgg16": ("VGG16", "block5_conv3", "vgg16"),
    "efficientnet_lite0": ("lite0", "block_15_project_BN", "mobilenet_v2"),
    "efficientnet_lite2": ("lite2", "block_20_project_BN", "mobilenet_v2"),
}
# Side of the image whose maps show the strides of layers, in pixels.
_SIDE = 512


def is_known(backbone):
    """Whether there is such a backbone: in `BACKBONES` or in keras.applications."""
    if not isinstance(backbone, str):
        return False
    constructor = getattr(keras.applications, backbone, None)
    return backbone in BACKBONES or inspect.isfunction(constructor)


def functional(model):
    """A model of the user's own as a functional one, sharing layers, not compiled.

    Raises:
        ValueError: if the model does not take one image, or has no graph of layers.
    """
    inputs = getattr(model, "inputs", ())
    if len(inputs) != 1 or len(inputs[0].shape) != 4 or inputs[0].shape[-1] != 3:
        raise ValueError(
            "`backbone` must be a functional or sequential model with one input "
            "(batch, height, width, 3). Received a model with inputs of shapes "
            f"{[tuple(each.shape) for each in inputs]}"
        )
    return keras.Model(inputs[0], model.outputs, name=model.name)


def stock_backbone(backbone, weights=None):
    """The model without its top; a path or "imagenet" as weights.

    Raises:
        OSError: if "imagenet" cannot be downloaded.
        ValueError: if there are no such weights of a model of the user's own.
    """
    if isinstance(backbone, str) and backbone.startswith("efficientnet_lite"):
        return _stock_lite(BACKBONES[backbone][0], weights)
    if weights == "imagenet":
        return _downloaded(backbone)
    if isinstance(backbone, str):
        settings = {"include_top": False, "input_shape": (None, None, 3)}
        model = _constructor(backbone)(weights=None, **settings)
    else:
        model = keras.saving.deserialize_keras_object(backbone)
    if weights is not None:
        model.load_weights(weights)
    return model


def _constructor(name):
    return getattr(
        keras.applications, BACKBONES[name][0] if name in BACKBONES else name
    )


def _stock_lite(variant, weights):
    if weights == "imagenet":
        raise OSError(
            "EfficientNet-Lite weights cannot be downloaded by keras.applications; "
            "give an .npz file as `backbone_weights` (--backbone-weights FILE), or "
            f"start from trained weights (--weights coseg). Received: {weights!r}"
        )
    return EfficientNetLite(variant, weights)


def _downloaded(backbone):
    if not isinstance(backbone, str):
        raise ValueError(
            "`weights` must be a weights file of the backbone, which is a model of "
            "your own. Received: weights='imagenet'"
        )
    build = _constructor(backbone)
    try:
        return build(weights="imagenet", include_top=False, input_shape=(224, 224, 3))
    except Exception as error:  # Keras raises that very class, and no other
        raise OSError(
            f"Expected to download keras.applications' weights of {backbone}; where "
            "that is not possible, give a file of them as `backbone_weights` "
            "(--backbone-weights FILE), or start from trained weights (--weights "
            f"coseg). Received: {error}"
        ) from error


def preprocess(backbone, images):
    """Images of 0..255 RGB as the backbone expects them."""
    if not isinstance(backbone, str):
        return images
    if backbone in BACKBONES:
        module = getattr(keras.applications, BACKBONES[backbone][2])
    else:
        module = sys.modules[_constructor(backbone).__module__]
    return module.preprocess_input(images)


def dilated_copy(stock, backbone, output_stride, dtype):
    """A copy of a stock model with the same layer names.

    Args:
        stock: model from `stock_backbone`, or of the user's own.
        backbone: str or None. Name of the backbone; those of `BACKBONES` get dilation
            in place of strides. None for a model of the user's own, whose weights and
            dtype policies are kept; the weights of others are random.
        output_stride: int. 16 or 8.
        dtype: the layers' dtype policy.
    """
    change = _CHANGES.get(backbone, lambda layer, output_stride: {})

    def clone(layer):
        if not isinstance(layer, keras.layers.Layer):
            return layer  # an operation such as `+`, without weights
        config = layer.get_config() | change(layer, output_stride)
        if backbone is not None:
            config["dtype"] = dtype
        return type(layer).from_config(config)

    copy = keras.models.clone_model(stock, clone_function=clone)
    if backbone is None:
        copy.set_weights(stock.get_weights())
    return copy


def cut(model, outputs, start=None, name=None):
    """The part of a model up to the named layers, from its input or a layer on.

    Returns:
        `keras.Model` with a dict from layer name to feature map as output.

    Raises:
        ValueError: if not all of the outputs come from `start`.
    """
    first = model.inputs[0] if start is None else model.get_layer(start).output
    maps = {layer: model.get_layer(layer).output for layer in outputs}
    return keras.Model(first, maps, name=name)


def check_layers(model, layers):
    """Raises a ValueError if a model does not have one of the named layers."""
    known = [layer.name for layer in model.layers]
    unknown = [layer for layer in layers if layer not in known]
    if unknown:
        raise ValueError(
            "Features, skips, descriptors and `branch_from` must be layers of the "
            f"backbone {model.name}, such as {known[-8:]}. Received: {unknown}"
        )


def check_strides(model, layers, output_stride):
    """Raises a ValueError unless `output_stride` is a multiple of all layers' strides.

    For backbones whose strides cannot be taken away.
    """
    sides = [side or _SIDE for side in model.inputs[0].shape[1:3]]
    shapes = cut(model, layers).compute_output_shape((1, *sides, 3))
    # Powers of two: convolutions without padding lose positions at the border.
    strides = {
        layer: 2 ** round(math.log2(sides[0] / shapes[layer][1])) for layer in layers
    }
    if any(output_stride % stride for stride in strides.values()):
        raise ValueError(
            f"`features` must be layers with {output_stride} pixels per position, or a "
            f"fraction of that: of {list(BACKBONES)} only can `output_stride` change "
            f"the strides. Received layers with these strides: {strides}"
        )


def _change_mobilenetv2(layer, output_stride):
    # The stock padding layers are written for even sizes; "same" is right at any size.
    if re.fullmatch(r"block_\d+_pad", layer.name):
        return {"padding": 0}
    match = re.fullmatch(r"block_(\d+)_depthwise", layer.name)
    if not match:
        return {}
    block = int(match[1])
    unstrided = [13] if output_stride == 16 else [6, 13]
    rate = 2 ** sum(block > start for start in unstrided)
    strides = 1 if block in unstrided else layer.strides
    return {"strides": strides, "dilation_rate": rate, "padding": "same"}


def _change_resnet50(layer, output_stride):
    match = re.fullmatch(r"conv(\d)_block(\d)_(\d)_conv", layer.name)
    unstrided = [5] if output_stride == 16 else [4, 5]
    if not match or int(match[1]) < unstrided[0]:
        return {}
    stage, block, position = (int(part) for part in match.groups())
    if position == 2:
        return {"dilation_rate": 2 ** sum(stage >= start for start in unstrided)}
    return {"strides": 1} if block == 1 else {}


def _change_vgg16(layer, output_stride):
    if output_stride == 16:
        return {}
    if layer.name == "block4_pool":
        return {"strides": 1, "padding": "same"}
    return {"dilation_rate": 2} if layer.name.startswith("block5_conv") else {}


def _change_lite(starts, layer, output_stride):
    match = re.fullmatch(r"block_(\d+)_depthwise", layer.name)
    if not match:
        return {}
    block = int(match[1])
    unstrided = starts[-1:] if output_stride == 16 else starts
    rate = 2 ** sum(block > start for start in unstrided)
    strides = 1 if block in unstrided else layer.strides
    return {"strides": strides, "dilation_rate": rate}


_CHANGES = {
    "efficientnet_lite0": functools.partial(_change_lite, (5, 11)),
    "efficientnet_lite2": functools.partial(_change_lite, (7, 15)),
    "mobilenetv2": _change_mobilenetv2,
    "resnet50": _change_resnet50,
    "vgg16": _change_vgg16,
}
