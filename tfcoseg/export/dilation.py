"""Dilated depth-wise convolutions that LiteRT runs as one operator each."""

import functools

import keras
import tensorflow as tf

from tfcoseg.export.rebuild import encoder_layers


def with_plain_dilations(model: keras.Model) -> keras.Model:
    """Makes a model's dilated depth-wise convolutions convert to one operator each.

    TensorFlow spells such a convolution as space to batch, convolution, batch to space,
    with 25 operators around it that find out the paddings, behind which the converter
    no longer sees that the batch normalisation could be folded in. LiteRT's operator
    takes the dilation as it is: 150 operators fewer for a pair, and less to quantise.

    Args:
        model: a model of `tfcoseg.applications`. It is changed, and afterwards can be
            traced and converted, but not be run by TensorFlow on a CPU.

    Returns:
        The model.
    """
    for layer in encoder_layers(model):
        dilated = isinstance(layer, keras.layers.DepthwiseConv2D) and (
            max(layer.dilation_rate) > 1
        )
        if dilated and _is_plain(layer):
            layer.call = functools.partial(_convolve, layer)
    return model


def _is_plain(layer):
    return (
        layer.data_format == "channels_last"
        and max(layer.strides) == 1
        and not layer.use_bias
        and layer.activation is keras.activations.linear
    )


def _convolve(layer, inputs):
    return tf.raw_ops.DepthwiseConv2dNative(
        input=inputs,
        filter=tf.convert_to_tensor(layer.kernel),
        strides=[1, 1, 1, 1],
        padding=layer.padding.upper(),
        dilations=[1, *layer.dilation_rate, 1],
    )
