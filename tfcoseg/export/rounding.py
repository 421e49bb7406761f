"""Biases that make up for what rounding does to the filters.

A filter in 8 bits is off by its rounding errors. Behind a ReLU inputs are positive, so
that these do not cancel out: each output channel is off by the sum of the errors times
the mean inputs, which its bias can take back.

Reference: Nagel et al., "Data-free quantization through weight equalization and bias
correction", ICCV 2019, section 4.2.
"""

from collections.abc import Iterable

import numpy as np

from tfcoseg.export.graphs import Operator, Tensor, read_graphs
from tfcoseg.export.integer_part import has_constant_filter
from tfcoseg.export.recording import NO_PAIRS, recording_interpreter
from tfcoseg.signature import IMAGE_A, IMAGE_B, SERVING_DEFAULT


def correct_biases(
    file: bytes, float_file: bytes, pairs: Iterable[tuple[np.ndarray, np.ndarray]]
) -> bytes:
    """The same file with biases that make up for its 8-bit filters.

    Args:
        file: content of a LiteRT file of float32 biases, whose filters are int8 or
            float32.
        float_file: that of the float32 file of the same model.
        pairs: pictures, uint8 (height, width, 3), over which inputs are averaged.

    Raises:
        ValueError: if there is no pair.
    """
    exact, changed = _Constants(float_file), _Constants(file)
    means = _mean_inputs(float_file, exact, pairs)
    shifts: dict[int, dict[int, list[np.ndarray]]] = {}
    for operator, other in zip(exact.convolutions, changed.convolutions, strict=True):
        weights = exact.values(operator.inputs[1])
        errors = weights - changed.values(other.inputs[1])
        shift = _shift(operator, errors, means[operator.inputs[0].index])
        filters, bias = (changed.buffer(tensor) for tensor in other.inputs[1:3])
        shifts.setdefault(bias, {}).setdefault(filters, []).append((other, shift))
    for by_filter in shifts.values():
        # A bias of several filters, zeros for instance, stays: what suits all is none.
        if len(by_filter) == 1:
            (found,) = by_filter.values()
            bias = changed.values(found[0][0].inputs[2])
            bias += np.mean([shift for _, shift in found], axis=0)
    return bytes(changed.content)


class _Constants:
    """The convolutions of a file's pair, and the constants they use."""

    def __init__(self, file: bytes):
        from ai_edge_litert import schema_py_generated as schema

        graph = read_graphs(file)[SERVING_DEFAULT]
        self.index = graph.index
        self.convolutions = list(filter(has_constant_filter, graph.operators))
        self.content = bytearray(file)
        self._model = schema.Model.GetRootAs(self.content)
        self._subgraph = self._model.Subgraphs(graph.index)

    def buffer(self, tensor: Tensor) -> int:
        """The number of the buffer that holds a constant."""
        return self._subgraph.Tensors(tensor.index).Buffer()

    def values(self, tensor: Tensor) -> np.ndarray:
        """The numbers it stands for: of a float32 one a view into the file."""
        stored = self._subgraph.Tensors(tensor.index)
        values = self._model.Buffers(stored.Buffer()).DataAsNumpy()
        if tensor.type == "FLOAT32":
            return values.view(np.float32).reshape(stored.ShapeAsNumpy())
        parameters = stored.Quantization()
        axes = np.ones(stored.ShapeLength(), int)
        axes[parameters.QuantizedDimension()] = -1
        scales = parameters.ScaleAsNumpy().reshape(axes)
        return scales * values.view(np.int8).reshape(stored.ShapeAsNumpy())


def _mean_inputs(float_file, constants, pairs) -> dict[int, np.ndarray]:
    """Of each convolution's input the mean of each channel, by the tensor's number."""
    interpreter = recording_interpreter(float_file)
    run = interpreter.get_signature_runner(SERVING_DEFAULT)
    inputs = {operator.inputs[0].index for operator in constants.convolutions}
    sums = dict.fromkeys(inputs, 0.0)
    count = 0
    for image_a, image_b in pairs:
        run(**{IMAGE_A: image_a[None], IMAGE_B: image_b[None]})
        for index in inputs:
            values = interpreter.get_tensor(index, constants.index)
            sums[index] += values.mean((0, 1, 2))
        count += 1
    if not count:
        raise ValueError(NO_PAIRS)
    return {index: total / count for index, total in sums.items()}


def _shift(operator: Operator, errors: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """By how much the outputs are too low on the average, of each channel."""
    if operator.kind == "DEPTHWISE_CONV_2D":  # (1, height, width, channels)
        errors = errors.sum((0, 1, 2))
        return errors * np.repeat(mean, len(errors) // len(mean))
    return errors.sum((1, 2)) @ mean  # (channels, height, width, inputs)
