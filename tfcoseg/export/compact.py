"""Quantisation parameters of a LiteRT file, stored once.

An 8-bit filter has a scale and a zero point for each channel, 12 bytes, as has its
bias, and the format's writers store them again for each signature that has the tensor.
For a small network that is a fifth of the file. Tables may share vectors: readers
notice nothing.
"""

import numpy as np

from tfcoseg.export.objects import read_objects, write_objects


def share_parameters(file: bytes) -> bytes:
    """The same file with every vector of scales or zero points in it once."""
    model, vectors = read_objects(file), _Vectors()
    for subgraph in model.subgraphs:
        for tensor in subgraph.tensors:
            if tensor.quantization is not None:
                tensor.quantization = _Parameters(tensor.quantization, vectors)
    return write_objects(model)


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
