"""Dilated convolutions for LiteRT: one operator each, of the same dilation."""

import pytest
import tensorflow as tf

from tfcoseg.applications import CoSegMobileNetV2
from tfcoseg.export import with_implementation
from tfcoseg.export.dilation import with_plain_dilations


@pytest.fixture(scope="module")
def dilated():
    """A model whose last blocks make up for a stride, in the trunk and the branch."""
    return CoSegMobileNetV2(weights=None, features="block_16_project_BN")


def operators(model):
    """The operators that TensorFlow makes of a model's encoder."""
    encoder = model.get_layer("siamese_encoder")
    traced = tf.function(lambda image: encoder.encode(image))
    spec = tf.TensorSpec((1, None, None, 3))
    return traced.get_concrete_function(spec).graph.get_operations()


def test_a_dilated_convolution_is_one_operator(dilated):
    """That the numbers stay the same is checked of every file that is written."""
    before = operators(with_implementation(dilated, "depthwise"))
    after = operators(with_plain_dilations(with_implementation(dilated, "depthwise")))
    assert sum(operator.type == "SpaceToBatchND" for operator in before) == 2 + 3
    assert not any(operator.type == "SpaceToBatchND" for operator in after)
    dilations = [
        operator.get_attr("dilations")
        for operator in after
        if operator.type == "DepthwiseConv2dNative"
    ]
    plain, dilated = [1, 1, 1, 1], [1, 2, 2, 1]
    trunk, branch = [plain] * 14 + [dilated] * 2, [plain] * 8 + [dilated] * 3
    assert dilations == trunk + branch


def test_the_model_itself_is_left_alone(dilated):
    with_plain_dilations(with_implementation(dilated, "depthwise"))
    assert any(operator.type == "SpaceToBatchND" for operator in operators(dilated))
