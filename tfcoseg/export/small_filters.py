"""Small filters, which 8 bits make slower and worse, and the file hardly smaller.

Depth-wise convolutions have few weights, nine to a channel, and need them exactly.
LiteRT also has no fast kernel for float maps with 8-bit filters of theirs. Kept in
float32 they are a tenth of MobileNetV2's file; a pair takes half the time.
"""

import math

from tfcoseg.export.objects import read_objects, write_objects

# A filter of fewer weights is kept: 3 x 3 of a thousand channels.
SMALL = 9216


def keep_small_filters(file: bytes, float_file: bytes, small: int = SMALL) -> bytes:
    """The file with its small filters as they are in the float32 file.

    Args:
        file: content of a LiteRT file with 8-bit filters, which is dequantised where
            the other operand is a float ("dynamic range").
        float_file: that of the float32 file, of the same operators.
        small: the number of weights from which on a filter stays in 8 bits.
    """
    from ai_edge_litert import schema_py_generated as schema

    model, exact = read_objects(file), read_objects(float_file)
    for graph, same in zip(model.subgraphs, exact.subgraphs, strict=True):
        for operator, other in zip(graph.operators, same.operators, strict=True):
            for number, original in zip(operator.inputs, other.inputs, strict=True):
                tensor = graph.tensors[number]
                eight_bits = tensor.type == schema.TensorType.INT8
                if eight_bits and math.prod(tensor.shape) < small:
                    kept = same.tensors[original]
                    tensor.type, tensor.quantization = kept.type, None
                    data = exact.buffers[kept.buffer].data
                    model.buffers[tensor.buffer].data = data
    return write_objects(model)
