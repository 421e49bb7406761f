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

    Example:

    >>> request = PredictRequest("coseg", "serve_bytes", {"size": np.int32([2, 3])})
    >>> request.version is None, request.output_filter
    (True, [])
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

    Example:

    >>> message = encode_predict_request("coseg", "decode", {"size": np.int32([2, 3])})
    >>> decode_predict_request(message).inputs["size"].tolist()
    [2, 3]
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
    """Returns what the bytes of a `PredictRequest` ask.

    Example:

    >>> message = encode_predict_request("coseg", "encode", {}, label="stable")
    >>> request = decode_predict_request(message)
    >>> request.model_name, request.signature_name, request.label
    ('coseg', 'encode', 'stable')
    """
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
    """Returns the bytes of a `PredictResponse`, for what stands in for a server.

    Example:

    >>> message = encode_predict_response({"score": np.float32([0.5])})
    >>> decode_predict_response(message)["score"].tolist()
    [0.5]
    """
    response = new("PredictResponse")
    write_tensors(response.outputs, outputs)
    return to_bytes(response)


def decode_predict_response(message: bytes) -> dict[str, np.ndarray]:
    """Returns the arrays in the bytes of a `PredictResponse`, by name.

    Example:

    >>> masks = np.array([b"PNG"], object)
    >>> decode_predict_response(encode_predict_response({"mask": masks}))["mask"]
    array([b'PNG'], dtype=object)
    """
    return read_tensors(parse("PredictResponse", message).outputs)


def encode_prediction_log(request: bytes) -> bytes:
    """Returns the bytes of a `PredictionLog`: a record that warms a server up.

    Args:
        request: the bytes of the `PredictRequest` that the server will ask itself.

    Example:

    >>> request = encode_predict_request("coseg", "encode", {})
    >>> decode_prediction_log(encode_prediction_log(request)) == request
    True
    """
    log = new("PredictionLog")
    log.predict_log.request.CopyFrom(parse("PredictRequest", request))
    return to_bytes(log)


def decode_prediction_log(log: bytes) -> bytes:
    """Returns the bytes of the `PredictRequest` in those of a `PredictionLog`.

    Example:

    >>> request = encode_predict_request("coseg", "encode", {})
    >>> log = encode_prediction_log(request)
    >>> decode_predict_request(decode_prediction_log(log)).model_name
    'coseg'
    """
    parsed = parse("PredictionLog", log)
    if parsed.WhichOneof("choice") != "predict_log":
        raise ValueError(
            "Expected a PredictionLog with a PredictRequest in it, as "
            "`encode_prediction_log` writes it. Received: one without"
        )
    return to_bytes(parsed.predict_log.request)
