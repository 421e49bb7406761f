"""Named arrays to the body of an answer: TensorFlow Serving's two formats."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from tfcoseg.serve.limits import Limits
from tfcoseg.serve.request_error import RequestError

# Strings under such names are bytes, which JSON cannot hold as they are.
_BYTES_ENDING = "_bytes"

# So many numbers are texts at the same time.
_AT_ONCE = 1 << 14


def answer_of(arrays: Mapping[str, np.ndarray], rows: bool) -> dict[str, Any]:
    """What JSON says of a signature's outputs.

    Args:
        arrays: the outputs by name; strings are object arrays of bytes.
        rows: whether to give `predictions`, a list with an object of outputs for each
            row, or `outputs`, an object with all rows of each output. A single output
            stands there without its name.

    Raises:
        RequestError: if an output holds what JSON cannot express, or has no rows where
            rows are asked for.
    """
    if rows:
        _check_rows(arrays)
    values = {name: to_json(name, arrays[name]) for name in sorted(arrays)}
    if len(values) == 1:
        columns = next(iter(values.values()))
    elif rows:
        columns = [dict(zip(values, row)) for row in zip(*values.values())]
    else:
        columns = values
    return {"predictions" if rows else "outputs": columns}


def check_answer_numbers(arrays: Mapping[str, np.ndarray], limits: Limits) -> None:
    """Raises 400 for outputs of too many numbers, which are not worth writing."""
    count = sum(array.size for array in arrays.values())
    if count > limits.json_numbers:
        raise RequestError(
            400,
            f"An answer may hold at most {limits.json_numbers:,} numbers; ask for "
            "smaller or fewer masks, or send encoded pictures to `serve_bytes`. "
            f"Received: a request for {count:,}",
        )


def to_json(name: str, array: np.ndarray) -> Any:
    """An output as nested lists."""
    if array.dtype == object:
        return _strings(array.tolist(), name.endswith(_BYTES_ENDING))
    if array.dtype.kind != "f":
        return array.tolist()
    if not np.isfinite(array).all():
        raise RequestError(
            500,
            f"The model's output `{name}` is not finite, and JSON has no such number",
        )
    return _shortest(array).tolist()


def to_body(content: Any) -> bytes:
    """The bytes of an answer."""
    return json.dumps(content, allow_nan=False, separators=(",", ":")).encode()


def _shortest(array):
    """As doubles that are written no longer than the array's own type allows.

    A float32 of 0.1 shall read 0.1, not 0.10000000149011612. The way there is its
    text, which takes 128 bytes a number, hence a part at a time.
    """
    flat = array.ravel()
    doubles = np.empty(flat.shape)
    for start in range(0, flat.size, _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        doubles[part] = flat[part].astype("U").astype(np.float64)
    return doubles.reshape(array.shape)


def _strings(value, as_bytes):
    if isinstance(value, list):
        return [_strings(item, as_bytes) for item in value]
    if as_bytes:
        return {"b64": base64.b64encode(value).decode()}
    return value.decode(errors="replace")


def _check_rows(arrays):
    counts = {array.shape[:1] for array in arrays.values()}
    if len(counts) != 1 or counts == {()}:
        raise RequestError(
            400,
            "The outputs of this signature have no common rows; ask with `inputs` "
            "instead of `instances`",
        )
