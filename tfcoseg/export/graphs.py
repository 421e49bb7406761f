"""The operators of a LiteRT file, as far as quantising has to know them."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Tensor:
    """A tensor of a graph.

    Attributes:
        index: its number in the graph.
        name: its name in the file.
        type: as the format spells it: `"FLOAT32"`, `"INT8"`, `"INT32"` and others.
        channels: the size of its last axis; 0 of a scalar.
        content: a digest of a constant's bytes; None of what is computed.
    """

    index: int
    name: str
    type: str
    channels: int
    content: str | None


@dataclass(frozen=True)
class Operator:
    """An operator of a graph: its kind, as in `"CONV_2D"`, and its tensors."""

    kind: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]


@dataclass(frozen=True)
class Graph:
    """What one signature runs.

    Attributes:
        index: the number of its subgraph in the file.
        operators: in the order in which they run.
        inputs, outputs: the signature's tensors by name.
    """

    index: int
    operators: tuple[Operator, ...]
    inputs: dict[str, Tensor]
    outputs: dict[str, Tensor]


def read_graphs(file: bytes) -> dict[str, Graph]:
    """The graphs of a LiteRT file by the names of their signatures."""
    # Comes with ai-edge-litert, and with ai-edge-quantizer, which needs that.
    from ai_edge_litert import schema_py_generated as schema

    model = schema.Model.GetRootAs(file)
    kinds = _names(schema.BuiltinOperator)
    kinds = [
        kinds[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
        for code in map(model.OperatorCodes, range(model.OperatorCodesLength()))
    ]
    digests = [
        _digest(file, model.Buffers(index)) for index in range(model.BuffersLength())
    ]
    signatures = map(model.SignatureDefs, range(model.SignatureDefsLength()))
    return {
        signature.SignatureKey().decode(): _graph(
            signature, model, kinds, _names(schema.TensorType), digests
        )
        for signature in signatures
    }


def _graph(signature, model, kinds, types, digests):
    index = signature.SubgraphIndex()
    subgraph = model.Subgraphs(index)
    tensors = [
        Tensor(
            number,
            tensor.Name().decode(),
            types[tensor.Type()],
            tensor.Shape(tensor.ShapeLength() - 1) if tensor.ShapeLength() else 0,
            digests[tensor.Buffer()],
        )
        for number, tensor in _numbered(subgraph.Tensors, subgraph.TensorsLength())
    ]
    operators = tuple(
        Operator(
            kinds[operator.OpcodeIndex()],
            # An optional input that is not there has number -1.
            tuple(tensors[i] for i in _integers(operator.InputsAsNumpy()) if i >= 0),
            tuple(tensors[i] for i in _integers(operator.OutputsAsNumpy())),
        )
        for _, operator in _numbered(subgraph.Operators, subgraph.OperatorsLength())
    )
    inputs, outputs = (
        {
            item.Name().decode(): tensors[item.TensorIndex()]
            for _, item in _numbered(getter, count)
        }
        for getter, count in (
            (signature.Inputs, signature.InputsLength()),
            (signature.Outputs, signature.OutputsLength()),
        )
    )
    return Graph(index, operators, inputs, outputs)


def _digest(file, buffer):
    """Of the bytes inside the table, or of those it points to elsewhere in the file."""
    if buffer.DataLength():
        content = buffer.DataAsNumpy().tobytes()
    elif buffer.Size():
        content = file[buffer.Offset() : buffer.Offset() + buffer.Size()]
    else:
        return None
    return hashlib.sha256(content).hexdigest()


def _numbered(getter, count):
    return enumerate(map(getter, range(count)))


def _integers(array):
    """Of a vector that is not in the file the accessor gives 0."""
    return [] if isinstance(array, int) else array.tolist()


def _names(enumeration):
    return {value: name for name, value in vars(enumeration).items() if name[0] != "_"}
