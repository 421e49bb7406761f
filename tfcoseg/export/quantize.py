"""LiteRT files that compute in 8-bit integers.

Convolutions with constant filters and what lies between them are quantised; the
correlation, whose filter is computed, and a few operators at the ends stay in floats:
see `tfcoseg.export.integer_part`. The ranges of values come from `calibration`.
"""

import contextlib
import io
import logging
import re
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from tfcoseg.export.biases import make_room_for_biases
from tfcoseg.export.compact import share_parameters
from tfcoseg.export.graphs import read_graphs
from tfcoseg.export.integer_part import has_computed_filter, integer_operators, places
from tfcoseg.export.shapes import tell_shapes
from tfcoseg.export.statistics import match_ranges


def quantize_int8(float_file: bytes, statistics: Mapping[str, Any]) -> bytes:
    """A LiteRT file in int8, with the signatures of the float32 file.

    Args:
        float_file: content of a float32 LiteRT file of `export_litert`.
        statistics: of the same model, from `calibration.calibrate` or
            `statistics.read_statistics`.

    Returns:
        The content of the file. Inputs and outputs have the types they had.

    Raises:
        ImportError: if ai-edge-quantizer is not installed.
        ValueError: if the statistics are those of another network, or a convolution
            with a computed filter came out in integers.
    """
    graphs = read_graphs(float_file)
    ranges = match_ranges(graphs, statistics)
    roomy = make_room_for_biases(float_file, graphs, ranges)
    content = share_parameters(tell_shapes(_quantize(roomy, graphs, ranges)))
    _check(read_graphs(content), graphs)
    return content


def import_quantizer() -> Any:
    """The package ai_edge_quantizer; the error says how to install it."""
    try:
        import ai_edge_quantizer.algorithm_manager
    except ImportError as error:
        raise ImportError(
            "int8 needs ai-edge-quantizer: pip install 'tfcoseg[quantize]'. "
            f"Received: {error}"
        ) from error
    return ai_edge_quantizer


def _quantize(file, graphs, ranges):
    package = import_quantizer()
    qtyping = package.qtyping
    quantizer = package.Quantizer(bytearray(file))
    quantizer.add_static_config(
        regex=_scopes(graphs),
        operation_name=qtyping.TFLOperationName.ALL_SUPPORTED,
        activation_num_bits=8,
        weight_num_bits=8,
    )
    unquantized = package.algorithm_manager.AlgorithmName.NO_QUANTIZE
    # Where a graph has one output, it goes by the name of the operator that gives it.
    for end in (qtyping.TFLOperationName.INPUT, qtyping.TFLOperationName.OUTPUT):
        quantizer.update_quantization_recipe(".*", end, algorithm_key=unquantized)
    extremes = {
        tensor.name: {
            name: np.full((1, 1, 1, 1), value, np.float32)
            for name, value in zip(("min", "max"), ranges[place])
        }
        for graph in graphs.values()
        for tensor, place in places(graph).items()
    }
    with _quiet():
        result = quantizer.quantize(
            extremes, enable_progress_bar=False, enable_progress_report=False
        )
    return bytes(result.quantized_model)


def _scopes(graphs):
    """Matches the chosen operators alone; the quantizer knows one by its outputs."""
    names = [
        "".join(f"{tensor.name};" for tensor in operator.outputs)
        for graph in graphs.values()
        for operator in integer_operators(graph)
    ]
    return f"^(?:{'|'.join(map(re.escape, names))})$"


@contextlib.contextmanager
def _quiet():
    """Keeps the quantizer's progress bars and remarks to itself."""
    root, handler = logging.getLogger(), logging.NullHandler()
    before = logging.root.manager.disable
    root.addHandler(handler)
    logging.disable(logging.WARNING)
    try:
        with contextlib.redirect_stderr(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            yield
    finally:
        logging.disable(before)
        root.removeHandler(handler)


def _check(quantized, graphs):
    """Makes sure of what int8 kernels do not: no computed filter, the same border."""
    for name, graph in quantized.items():
        for operator in filter(has_computed_filter, graph.operators):
            if any(tensor.type != "FLOAT32" for tensor in operator.inputs):
                raise ValueError(
                    "A convolution whose filter is computed must stay in floats: in "
                    "integers it would be wrong. Received: one in integers in the "
                    f"signature {name!r}"
                )
        for side in ("inputs", "outputs"):
            types = {k: t.type for k, t in getattr(graph, side).items()}
            before = {k: t.type for k, t in getattr(graphs[name], side).items()}
            if types != before:
                raise ValueError(
                    f"The {side} of {name!r} must keep names and types: {before}. "
                    f"Received: {types}"
                )
