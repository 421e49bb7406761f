"""Biases of channels whose filter is zero, which 8 bits would otherwise lose.

The integer bias counts in steps of input scale x filter scale. A channel whose filter
died in training has next to no filter scale, so that its bias overflows: to -2**31,
which a ReLU turns into 0, where the network computes with the bias. coseg-v1 has ten
such channels, with biases up to 2.5.
"""

import numpy as np

from tfcoseg.export.graphs import Graph, Operator
from tfcoseg.export.integer_part import has_constant_filter, integer_operators, places

# A bias has at most this many steps.
_STEPS = 2**26

# Smaller biases are treated as if they were this large: then scales stay in the range
# that fast kernels accept.
_LEAST_BIAS = 1e-3


def make_room_for_biases(
    file: bytes, graphs: dict[str, Graph], ranges: dict[tuple, tuple[float, float]]
) -> bytes:
    """The file with one weight of each dead filter so large that the bias fits.

    The weight changes what comes out by less than a thousandth of the bias.

    Args:
        file: a float32 LiteRT file.
        graphs: what `read_graphs` says of it.
        ranges: the lowest and highest value by place, see `places`.
    """
    from ai_edge_litert import schema_py_generated as schema

    changed = bytearray(file)
    model = schema.Model.GetRootAs(changed)
    for graph in graphs.values():
        subgraph, found = model.Subgraphs(graph.index), places(graph)
        for operator in integer_operators(graph):
            if has_constant_filter(operator) and len(operator.inputs) > 2:
                low, high = ranges[found[operator.inputs[0]]]
                scale = max(max(high, 0) - min(low, 0), 1e-6) / 255
                _strengthen(operator, *_constants(model, subgraph, operator), scale)
    return bytes(changed)


def _constants(model, subgraph, operator: Operator):
    """Filter and bias, as views of the file's bytes."""
    tensors = [subgraph.Tensors(tensor.index) for tensor in operator.inputs[1:3]]
    return [
        model.Buffers(tensor.Buffer())
        .DataAsNumpy()
        .view(np.float32)
        .reshape(tensor.ShapeAsNumpy())
        for tensor in tensors
    ]


def _strengthen(operator, weights, bias, scale):
    channels = len(bias)
    if operator.kind == "DEPTHWISE_CONV_2D":
        by_channel = weights.reshape(-1, channels).T
    else:
        by_channel = weights.reshape(channels, -1)
    least = 127 * np.maximum(np.abs(bias), _LEAST_BIAS) / (scale * _STEPS)
    dead = np.abs(by_channel).max(axis=1) < least
    by_channel[dead, 0] = least[dead]
