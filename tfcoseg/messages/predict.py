"""What a server is asked and answers, from arrays to bytes and back."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from tfcoseg.messages.schema import new, parse, to_bytes
from tfcoseg.messages.tensors import read_tensors, write_tensors


@dataclass(frozen=True, eq=False)
class PredictRequest:
    """What a server is asked.

    Attributes:
        model_name, signature_name: as the server knows them.
        inputs: arrays by name; strings are object arrays of bytes.
        version, label: which version, by number or by label; None for the newest.
        output_filter: the outputs that are wanted; empty for all.
    """

    model_name: str
    signature_name: str
    inputs: dict[str, np.ndarray]
    version: int | None = None
    label: str | None = None
    output_filter: list[str] = field(default_factory=list)


def encode_predict_request(
    model_name: str,
    signature_name: str,
    inputs: Mapping[str, np.ndarray],
    version: int | None = None,
    label: str | None = None,
) -> bytes:
    """Returns the bytes of a `PredictRequest`.

    Args:
        model_name, signature_name: as the server knows them.
        inputs: arrays of numbers by name, or object arrays of bytes for strings.
        version, label: which version, by number or by label; None for the newest.
    """
    if version is not None and label is not None:
        raise ValueError(
            "A version is named by its number or by a label; give one of the two. "
            f"Received: version={version}, label={label!r}"
        )
    request = new("PredictRequest")
    request.model_spec.name = model_name
    request.model_spec.signature_name = signature_name
    if version is not None:
        request.model_spec.version.value = version
    if label is not None:
        request.model_spec.version_label = label
    write_tensors(request.inputs, inputs)
    return to_bytes(request)


def decode_predict_request(message: bytes) -> PredictRequest:
    """Returns what the bytes of a `PredictRequest` ask."""
    request = parse("PredictRequest", message)
    spec = request.model_spec
    choice = spec.WhichOneof("choice")
    return PredictRequest(
        model_name=spec.name,
        signature_name=spec.signature_name,
        inputs=read_tensors(request.inputs),
        version=spec.version.value if choice == "version" else None,
        label=spec.version_label if choice == "version_label" else None,
        output_filter=list(request.output_filter),
    )


def encode_predict_response(outputs: Mapping[str, np.ndarray]) -> bytes:
    """Returns the bytes of a `PredictResponse`, for what stands in for a server."""
    response = new("PredictResponse")
    write_tensors(response.outputs, outputs)
    return to_bytes(response)


def decode_predict_response(message: bytes) -> dict[str, np.ndarray]:
    """Returns the arrays in the bytes of a `PredictResponse`, by name."""
    return read_tensors(parse("PredictResponse", message).outputs)


def encode_prediction_log(request: bytes) -> bytes:
    """Returns the bytes of a `PredictionLog`: a record that warms a server up.

    Args:
        request: the bytes of the `PredictRequest` that the server will ask itself.
    """
    log = new("PredictionLog")
    log.predict_log.request.CopyFrom(parse("PredictRequest", request))
    return to_bytes(log)


def decode_prediction_log(log: bytes) -> bytes:
    """Returns the bytes of the `PredictRequest` in those of a `PredictionLog`."""
    parsed = parse("PredictionLog", log)
    if parsed.WhichOneof("choice") != "predict_log":
        raise ValueError(
            "Expected a PredictionLog with a PredictRequest in it, as "
            "`encode_prediction_log` writes it. Received: one without"
        )
    return to_bytes(parsed.predict_log.request)
