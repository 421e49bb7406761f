"""Dilated convolutions for LiteRT: one operator each, of the same dilation."""

import tensorflow as tf

from tfcoseg.export import with_implementation
from tfcoseg.export.dilation import with_plain_dilations


def operators(model):
    """The operators that TensorFlow makes of a model's encoder."""
    trunk = model.get_layer("siamese_encoder").trunk
    traced = tf.function(lambda image: trunk(image, training=False))
    spec = tf.TensorSpec((1, None, None, 3))
    return traced.get_concrete_function(spec).graph.get_operations()


def test_a_dilated_convolution_is_one_operator(model):
    """That the numbers stay the same is checked of every file that is written."""
    before = operators(with_implementation(model, "depthwise"))
    after = operators(with_plain_dilations(with_implementation(model, "depthwise")))
    assert sum(operator.type == "SpaceToBatchND" for operator in before) == 3
    assert not any(operator.type == "SpaceToBatchND" for operator in after)
    dilations = [
        operator.get_attr("dilations")
        for operator in after
        if operator.type == "DepthwiseConv2dNative"
    ]
    assert dilations == [[1, 1, 1, 1]] * 14 + [[1, 2, 2, 1]] * 3


def test_the_model_itself_is_left_alone(model):
    with_plain_dilations(with_implementation(model, "depthwise"))
    assert any(operator.type == "SpaceToBatchND" for operator in operators(model))
