"""The JSON of TensorFlow Serving's REST, its batches in columns."""

import base64
import json
from collections.abc import Mapping

import numpy as np

from tfcoseg.client.errors import RequestError, bad_answer


def write_columns(signature: str, inputs: Mapping[str, np.ndarray]) -> bytes:
    """The body of a request.

    Args:
        signature: which signature is asked.
        inputs: arrays of numbers by name, or object arrays of bytes for strings.
    """
    columns = {name: _to_json(array) for name, array in inputs.items()}
    return json.dumps({"signature_name": signature, "inputs": columns}).encode()


def read_columns(content: bytes) -> dict[str, np.ndarray]:
    """The outputs in the body of an answer, by name.

    Raises:
        RequestError: if it is none of TensorFlow Serving's.
    """
    try:
        outputs = json.loads(content)["outputs"]
        return {name: _from_json(column) for name, column in outputs.items()}
    except _UNFIT as error:
        raise _no_columns(content) from error


def read_error(content: bytes) -> str:
    """What a server says about an error; empty if not in TensorFlow Serving's way."""
    try:
        return str(json.loads(content)["error"])
    except _UNFIT:
        return ""


# What foreign JSON provokes.
_UNFIT = (ValueError, LookupError, TypeError, AttributeError, RecursionError)


def _no_columns(content) -> RequestError:
    start = content[:80].decode(errors="replace")
    return bad_answer('JSON like {"outputs": {"mask_a": ...}}', start or "nothing")


def _to_json(array):
    if array.dtype == object:
        return [{"b64": base64.b64encode(content).decode()} for content in array]
    return array.tolist()


def _from_json(column):
    if isinstance(column, list) and column and isinstance(column[0], dict):
        rows = [base64.b64decode(row["b64"], validate=True) for row in column]
        return np.array([*rows, None], object)[:-1]
    return np.asarray(column)
