"""Shapes of tensors that the quantizer puts between floats and integers."""


def tell_shapes(file: bytes) -> bytes:
    """The same file, whose signatures say again that height and width may be any.

    A tensor in another type is made with the shape of the moment, 1 x 1, without the
    note that it may differ.
    """
    from ai_edge_litert.schema_py_generated import BuiltinOperator
    from ai_edge_litert.tools import flatbuffer_utils

    between = (BuiltinOperator.QUANTIZE, BuiltinOperator.DEQUANTIZE)
    model = flatbuffer_utils.read_model_from_bytearray(bytearray(file))
    for subgraph in model.subgraphs:
        for operator in subgraph.operators:
            if model.operatorCodes[operator.opcodeIndex].builtinCode in between:
                given, made = (
                    subgraph.tensors[indices[0]]
                    for indices in (operator.inputs, operator.outputs)
                )
                made.shapeSignature = given.shapeSignature
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))
