"""LiteRT files as objects, which can be changed and written again."""

from typing import Any

import numpy as np

# Of constants, as the format's schema demands and fast kernels expect.
_ALIGNMENT = 16


def read_objects(file: bytes) -> Any:
    """The `ModelT` of a file: the format's own objects."""
    # Comes with ai-edge-litert, and with ai-edge-quantizer, which needs that.
    from ai_edge_litert.tools import flatbuffer_utils

    return flatbuffer_utils.read_model_from_bytearray(bytearray(file))


def write_objects(model: Any) -> bytes:
    """The file of such objects, whose constants are aligned."""
    from ai_edge_litert.tools import flatbuffer_utils

    model.buffers = [
        buffer if buffer.data is None else _Constant(buffer.data)
        for buffer in model.buffers
    ]
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


class _Constant:
    """Stands in for a `BufferT`, which would not be aligned."""

    def __init__(self, content):
        self.content = np.frombuffer(bytes(content), np.uint8)

    def Pack(self, builder):  # noqa: N802, the name that the schema's classes call
        from ai_edge_litert import schema_py_generated as schema

        builder.Prep(_ALIGNMENT, len(self.content))
        content = builder.CreateNumpyVector(self.content)
        schema.BufferStart(builder)
        schema.BufferAddData(builder, content)
        return schema.BufferEnd(builder)
