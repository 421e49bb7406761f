"""Quantisation parameters of a LiteRT file, stored once.

An 8-bit filter has a scale and a zero point for each channel, 12 bytes, as has its
bias, and the format's writers store them again for each signature that has the tensor.
For a small network that is a fifth of the file. Tables may share vectors: readers
notice nothing.
"""

import numpy as np

# Of constants, as the format's schema demands and fast kernels expect.
_ALIGNMENT = 16


def share_parameters(file: bytes) -> bytes:
    """The same file with every vector of scales or zero points in it once."""
    from ai_edge_litert.tools import flatbuffer_utils

    model = flatbuffer_utils.read_model_from_bytearray(bytearray(file))
    vectors = _Vectors()
    for subgraph in model.subgraphs:
        for tensor in subgraph.tensors:
            if tensor.quantization is not None:
                tensor.quantization = _Parameters(tensor.quantization, vectors)
    model.buffers = [
        buffer if buffer.data is None else _Constant(buffer.data)
        for buffer in model.buffers
    ]
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


class _Vectors:
    """Vectors that a builder has written already, by content."""

    def __init__(self):
        self.offsets = {}

    def write(self, builder, values, dtype):
        values = np.asarray(values, dtype)
        key = (values.dtype, values.tobytes())
        if key not in self.offsets:
            self.offsets[key] = builder.CreateNumpyVector(values)
        return self.offsets[key]


class _Parameters:
    """Stands in for a `QuantizationParametersT` when a file is written."""

    def __init__(self, parameters, vectors):
        self.parameters = parameters
        self.vectors = vectors

    def Pack(self, builder):  # noqa: N802, the name that the schema's classes call
        from ai_edge_litert import schema_py_generated as schema

        given = self.parameters
        if given.scale is None or given.details is not None:
            return given.Pack(builder)
        scale = self.vectors.write(builder, given.scale, np.float32)
        zero_point = self.vectors.write(builder, given.zeroPoint, np.int64)
        schema.QuantizationParametersStart(builder)
        schema.QuantizationParametersAddScale(builder, scale)
        schema.QuantizationParametersAddZeroPoint(builder, zero_point)
        schema.QuantizationParametersAddQuantizedDimension(
            builder, given.quantizedDimension
        )
        return schema.QuantizationParametersEnd(builder)


class _Constant:
    """Stands in for a `BufferT`, which would not be aligned."""

    def __init__(self, content):
        self.content = np.frombuffer(bytes(content), np.uint8)

    def Pack(self, builder):  # noqa: N802
        from ai_edge_litert import schema_py_generated as schema

        builder.Prep(_ALIGNMENT, len(self.content))
        content = builder.CreateNumpyVector(self.content)
        schema.BufferStart(builder)
        schema.BufferAddData(builder, content)
        return schema.BufferEnd(builder)
