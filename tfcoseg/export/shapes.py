"""Shapes of tensors that the quantizer puts between floats and integers."""

from tfcoseg.export.objects import read_objects, write_objects


def tell_shapes(file: bytes) -> bytes:
    """The same file, whose signatures say again that height and width may be any.

    A tensor in another type is made with the shape of the moment, 1 x 1, without the
    note that it may differ.
    """
    from ai_edge_litert.schema_py_generated import BuiltinOperator

    between = (BuiltinOperator.QUANTIZE, BuiltinOperator.DEQUANTIZE)
    model = read_objects(file)
    for subgraph in model.subgraphs:
        for operator in subgraph.operators:
            if model.operatorCodes[operator.opcodeIndex].builtinCode in between:
                given, made = (
                    subgraph.tensors[indices[0]]
                    for indices in (operator.inputs, operator.outputs)
                )
                made.shapeSignature = given.shapeSignature
    return write_objects(model)
