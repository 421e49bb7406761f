"""Pretrained backbones with a smaller output stride.

A stride taken away is made up for by dilating the convolutions behind it, so the
weights fit unchanged: every second position of the denser map is the stock network's
map.
"""

import functools
import re

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


def stock_backbone(name, weights=None):
    """The keras.applications model without its top; a path or "imagenet" as weights.

    Raises:
        OSError: if "imagenet" cannot be downloaded.
    """
    if name.startswith("efficientnet_lite"):
        return _stock_lite(BACKBONES[name][0], weights)
    build = getattr(keras.applications, BACKBONES[name][0])
    if weights is None:
        return build(weights=None, include_top=False, input_shape=(None, None, 3))
    if weights == "imagenet":
        try:
            return build(weights=weights, include_top=False, input_shape=(224, 224, 3))
        except Exception as error:  # Keras raises that very class, and no other
            raise OSError(
                f"Expected to download keras.applications' weights of "
                f"{BACKBONES[name][0]}; where that is not possible, give a file of "
                "them as `backbone_weights` (--backbone-weights FILE), or start from "
                f"trained weights (--weights coseg). Received: {error}"
            ) from error
    model = build(weights=None, include_top=False, input_shape=(224, 224, 3))
    model.load_weights(weights)
    return model


def _stock_lite(variant, weights):
    if weights == "imagenet":
        raise OSError(
            "EfficientNet-Lite weights cannot be downloaded by keras.applications; "
            "give an .npz file as `backbone_weights` (--backbone-weights FILE), or "
            f"start from trained weights (--weights coseg). Received: {weights!r}"
        )
    return EfficientNetLite(variant, weights)


def preprocess(name, images):
    """Images of 0..255 RGB as the backbone's ImageNet weights expect them."""
    return getattr(keras.applications, BACKBONES[name][2]).preprocess_input(images)


def dilated_backbone(name, output_stride, outputs, dtype=None):
    """The backbone at an output stride of 16 or 8, cut after the named layers.

    Args:
        name: a key of `BACKBONES`.
        output_stride: 16 or 8.
        outputs: names of the layers whose outputs the model returns.
        dtype: the layers' dtype policy.

    Returns:
        `keras.Model` with images (batch, height, width, 3), preprocessed, as input and
        a dict from layer name to feature map as output; its layers are named as the
        stock ones.
    """
    stock = stock_backbone(name)
    known = [layer.name for layer in stock.layers]
    unknown = [layer for layer in outputs if layer not in known]
    if unknown:
        raise ValueError(
            f"Features and skips must be layers of {BACKBONES[name][0]}, such as "
            f"{known[-8:]}. Received: {unknown}"
        )

    def clone(layer):
        config = layer.get_config() | _CHANGES[name](layer, output_stride)
        if dtype is not None:
            config["dtype"] = dtype
        return type(layer).from_config(config)

    model = keras.models.clone_model(stock, clone_function=clone)
    maps = {layer: model.get_layer(layer).output for layer in outputs}
    return keras.Model(model.input, maps, name=name)


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
