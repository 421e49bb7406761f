"""Which operators of a LiteRT file compute in integers, and where their values lie.

A convolution whose filter is computed at run time must not: the int8 kernel takes the
filter's zero point as 0, without an error and with a wrong result. So the chain of
integers begins and ends at convolutions of constant filters. Everything between the
last one before a correlation and the first one after it stays in floats, whatever
operators a correlation is made of; so do normalisations, scores and the last resize.

So do the first two convolutions behind a picture: they have next to no weights and take
no longer in floats, but the masks are better. The third gives a skip of the decoder: in
floats it would be an output of `encode` that is also quantised, which LiteRT's XNNPACK
delegate loses.
"""

import math

from tfcoseg.export.graphs import Graph, Operator, Tensor

_CONVOLUTIONS = ("CONV_2D", "DEPTHWISE_CONV_2D")

# Of these, so many behind each picture are left in floats.
_STEM = 2

# They only pass on or add up what convolutions give.
_BETWEEN = ("ADD", "CONCATENATION", "PAD", "RESIZE_BILINEAR")


def has_constant_filter(operator: Operator) -> bool:
    """Whether it is a convolution whose weights are in the file."""
    return operator.kind in _CONVOLUTIONS and operator.inputs[1].content is not None


def has_computed_filter(operator: Operator) -> bool:
    """Whether it is a convolution whose weights come from another operator."""
    return operator.kind in _CONVOLUTIONS and operator.inputs[1].content is None


def integer_operators(graph: Graph) -> list[Operator]:
    """The operators that compute in integers, in the order in which they run.

    Convolutions with constant filters, without the first ones behind a picture; and of
    what passes values on, that which lies between such convolutions on all sides.
    """
    depths = _depths(graph)
    chosen = [
        operator
        for operator in graph.operators
        if operator.kind in _BETWEEN
        or has_constant_filter(operator)
        and depths.get(operator.outputs[0].index, math.inf) > _STEM
    ]
    while True:
        given = {tensor.index for operator in chosen for tensor in operator.outputs}
        used = {tensor.index for operator in chosen for tensor in _values(operator)}
        kept = [
            operator
            for operator in chosen
            if has_constant_filter(operator)
            or given.issuperset(tensor.index for tensor in _values(operator))
            and used.issuperset(tensor.index for tensor in operator.outputs)
        ]
        if len(kept) == len(chosen):
            return kept
        chosen = kept


def places(graph: Graph) -> dict[Tensor, tuple]:
    """The tensors whose ranges must be known, with their places in the network.

    A place is made of the contents of filters, so it is the same for the same tensor in
    another signature and for the other image of a pair. With one range for each place
    the stages give what the pair gives, and the masks swap when the images do.
    """
    found = {}
    for operator in integer_operators(graph):
        for tensor in _values(operator):
            # Only of a convolution, and only if no other integer operator gave it.
            found.setdefault(tensor, ("input", operator.inputs[1].content))
        place = _origin(operator, found)
        found.update((tensor, place) for tensor in operator.outputs)
    return found


def _depths(graph):
    """How many convolutions lie between a picture and a tensor that depends on it."""
    depths = {
        tensor.index: 0 for tensor in graph.inputs.values() if tensor.type == "UINT8"
    }
    for operator in graph.operators:
        above = [depths[t.index] for t in operator.inputs if t.index in depths]
        if above:
            depth = max(above) + (operator.kind in _CONVOLUTIONS)
            depths.update((tensor.index, depth) for tensor in operator.outputs)
    return depths


def _values(operator):
    """What an operator computes with: neither its weights nor sizes and paddings."""
    if operator.kind in _CONVOLUTIONS:
        return operator.inputs[:1]
    return [tensor for tensor in operator.inputs if tensor.type == "FLOAT32"]


def _origin(operator, found):
    if has_constant_filter(operator):
        return ("output", operator.inputs[1].content)
    return (operator.kind, *(found[tensor] for tensor in _values(operator)))
