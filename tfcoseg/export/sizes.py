"""Sizes that are known before a LiteRT file runs.

An interpreter works out shapes when it is told the sizes of its images. It goes on
through SHAPE and STRIDED_SLICE, but not through SLICE and PACK, which the converter
writes too: what is resized to their results has its size when it has run, not before.
LiteRT's `CompiledModel` needs it before, or it writes masks into buffers for one pixel.
"""

import numpy as np

from tfcoseg.export.objects import read_objects, write_objects


def with_early_sizes(file: bytes) -> bytes:
    """The same file, where STRIDED_SLICE takes heights and widths out of shapes.

    Args:
        file: content of a LiteRT file for batches of one.
    """
    model = read_objects(file)
    for graph in model.subgraphs:
        sizes = _Sizes(model, graph)
        sizes.replace_slices()
        sizes.replace_packs()
        sizes.drop_unused()
    return write_objects(model)


class _Sizes:
    """The operators of a graph that cut sizes out of shapes."""

    def __init__(self, model, graph):
        from ai_edge_litert.schema_py_generated import BuiltinOperator

        self.model = model
        self.graph = graph
        self.added = {}
        names = ("SHAPE", "SLICE", "PACK", "STRIDED_SLICE")
        self.kinds = {getattr(BuiltinOperator, name): name for name in names}
        self.makers = {
            int(index): operator
            for operator in graph.operators
            for index in operator.outputs
        }

    def replace_slices(self):
        """Of a shape: SLICE(start, count)."""
        for operator in self.graph.operators:
            if self._kind(operator) == "SLICE" and self._is_shape(operator.inputs[0]):
                start, count = map(self._constant, operator.inputs[1:])
                self._cut(operator, operator.inputs[0], start, start + count, 1)

    def replace_packs(self):
        """Of a size and a 1: backwards from its axis to the first, the batch of one."""
        for operator in self.graph.operators:
            if self._kind(operator) == "PACK" and len(operator.inputs) == 2:
                source = self._source(operator.inputs[0])
                if source is not None and self._constant(operator.inputs[1]) == 1:
                    shape, axis = source
                    self._cut(operator, shape, axis, None, -axis)

    def drop_unused(self):
        """Takes out what only what was replaced has used."""
        used = set(self.graph.outputs)
        kept = []
        for operator in reversed(self.graph.operators):
            if self._kind(operator) != "STRIDED_SLICE" or used & set(operator.outputs):
                kept.append(operator)
                used.update(operator.inputs)
        self.graph.operators = kept[::-1]
        used.update(self.graph.inputs)
        for index in set(range(len(self.graph.tensors))) - used:
            # Another tensor may hold the same constant, and a quantizer trips over a
            # holder that nothing uses. Buffer 0 is the empty one.
            self.graph.tensors[index].buffer = 0

    def _source(self, index):
        """The shape, and its axis, that a scalar was picked from."""
        axis = 0
        for _ in range(2):
            maker = self.makers.get(int(index))
            if maker is None or self._kind(maker) != "STRIDED_SLICE":
                return None
            index, start = maker.inputs[0], self._constant(maker.inputs[1])
            if start is None or self._constant(maker.inputs[3]) != 1:
                return None
            axis += start
        return (index, axis) if axis > 0 and self._is_shape(index) else None

    def _is_shape(self, index):
        """Whether a tensor is the shape of something with a batch of one."""
        maker = self.makers.get(int(index))
        if maker is None or self._kind(maker) != "SHAPE":
            return False
        tensor = self.graph.tensors[maker.inputs[0]]
        declared = tensor.shapeSignature
        return (tensor.shape if declared is None else declared)[0] == 1

    def _kind(self, operator):
        code = self.model.operatorCodes[operator.opcodeIndex]
        return self.kinds.get(max(code.builtinCode, code.deprecatedBuiltinCode))

    def _constant(self, index):
        """The one integer that a tensor holds; None of what is computed, or longer."""
        data = self.model.buffers[self.graph.tensors[index].buffer].data
        if data is None or len(data) != 4:
            return None
        return int(np.frombuffer(bytes(data), np.int32)[0])

    def _cut(self, operator, shape, start, stop, step):
        """Makes an operator a STRIDED_SLICE; without `stop` it goes on to the end."""
        from ai_edge_litert import schema_py_generated as schema

        ends = (start, 0 if stop is None else stop, step)
        operator.inputs = [shape, *map(self._add_constant, ends)]
        operator.opcodeIndex = self._code(schema.BuiltinOperator.STRIDED_SLICE)
        operator.builtinOptionsType = schema.BuiltinOptions.StridedSliceOptions
        operator.builtinOptions = schema.StridedSliceOptionsT()
        operator.builtinOptions.endMask = int(stop is None)

    def _code(self, builtin):
        """The number by which operators of a kind refer to it."""
        from ai_edge_litert.schema_py_generated import OperatorCodeT

        codes = self.model.operatorCodes
        for number, code in enumerate(codes):
            if code.builtinCode == builtin:
                return number
        codes.append(OperatorCodeT())
        codes[-1].builtinCode = codes[-1].deprecatedBuiltinCode = builtin
        return len(codes) - 1

    def _add_constant(self, value):
        """The number of a tensor that holds one integer, new if need be."""
        if value in self.added:
            return self.added[value]
        from ai_edge_litert import schema_py_generated as schema

        buffer, tensor = schema.BufferT(), schema.TensorT()
        buffer.data = np.array([value], np.int32).tobytes()
        tensor.shape, tensor.type = [1], schema.TensorType.INT32
        tensor.name = f"early_size_{len(self.graph.tensors)}"
        tensor.buffer = len(self.model.buffers)
        self.model.buffers.append(buffer)
        self.added[value] = len(self.graph.tensors)
        self.graph.tensors.append(tensor)
        return self.added[value]
