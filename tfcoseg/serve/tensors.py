"""JSON values to arrays, as strictly as TensorFlow Serving takes them."""

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np

from tfcoseg.serve.request_error import RequestError

# Kinds of arrays that fill a tensor of a kind.
_FITTING = {"u": "iu", "i": "iu", "f": "iuf", "b": "b"}


@dataclass(frozen=True)
class InputSpec:
    """What a signature takes under one name.

    Attributes:
        dtype: the type of the numbers, or `object` for strings.
        shape: sizes by dimension, None for any; or None for any shape.
    """

    dtype: np.dtype
    shape: tuple[int | None, ...] | None

    def __str__(self):
        if self.dtype == object and self.shape == (None,):
            return 'a list of pictures, each as {"b64": "..."}'
        if self.shape is None:
            return f"{self.kind} of any shape"
        sizes = ["any" if size is None else str(size) for size in self.shape]
        return f"{self.kind} of shape ({', '.join(sizes)})"

    @property
    def kind(self) -> str:
        """What the values are, in words."""
        if self.dtype == object:
            return "strings"
        if self.dtype.kind in "iu":
            limits = np.iinfo(self.dtype)
            return f"whole numbers from {limits.min} to {limits.max}"
        return {"f": "numbers", "b": "true or false"}.get(self.dtype.kind, "values")


def to_array(name: str, value: Any, spec: InputSpec) -> np.ndarray:
    """Converts the JSON value of one input.

    Args:
        name: the input's name, for errors.
        value: nested lists of numbers; or of strings, plain or as `{"b64": "..."}`.
        spec: what the signature takes.

    Returns:
        An array of the spec's type and of a shape that fits it. Strings become an
        object array of bytes.

    Raises:
        RequestError: if the value does not fit, or is no full array.
    """
    convert = _strings if spec.dtype == object else _numbers
    array = convert(name, value, spec)
    if spec.shape is not None:
        fits = len(array.shape) == len(spec.shape) and all(
            wanted in (None, size) for size, wanted in zip(array.shape, spec.shape)
        )
        if not fits:
            raise _unfitting(name, spec, f"the shape {array.shape}")
    return array


def _numbers(name, value, spec):
    try:
        array = np.array(value)
    except ValueError as error:  # that NumPy finds no common shape
        raise _ragged(name) from error
    if array.size and array.dtype.kind not in _FITTING.get(spec.dtype.kind, ""):
        raise _unfitting(name, spec, _kind_of(array))
    if spec.dtype.kind in "iu" and array.size:
        limits = np.iinfo(spec.dtype)
        low, high = array.min(), array.max()
        if low < limits.min or high > limits.max:
            raise _unfitting(name, spec, f"numbers from {low} to {high}")
    with np.errstate(over="ignore"):
        array = array.astype(spec.dtype)
    if spec.dtype.kind == "f" and not np.isfinite(array).all():
        raise _unfitting(name, spec, "a number that is too large")
    return array


def _strings(name, value, spec):
    # Deeper than any tensor; a string further down is an error of shape.
    depth = 8 if spec.shape is None else len(spec.shape)
    strings = _decoded(name, value, spec, depth)
    try:
        array = np.array(strings, dtype=object)
    except ValueError as error:
        raise _ragged(name) from error
    if any(isinstance(element, list) for element in array.flat):
        raise _ragged(name)
    return array


def _decoded(name, value, spec, depth):
    """Nested lists of bytes."""
    if isinstance(value, list):
        if depth == 0:
            raise _unfitting(name, spec, "lists nested deeper")
        return [_decoded(name, item, spec, depth - 1) for item in value]
    try:
        if is_base64(value):
            return _from_base64(value["b64"])
        if isinstance(value, str):
            return value.encode()
    except ValueError as error:
        kind = "text that is not valid base 64" if is_base64(value) else "half a letter"
        raise _unfitting(name, spec, kind) from error
    raise _unfitting(name, spec, _JSON_KINDS.get(type(value), "a number"))


def _from_base64(text):
    """As TensorFlow Serving: with white space anywhere, and with or without padding."""
    given = b"".join(text.encode("ascii").split())
    letters = given.rstrip(b"=")
    padded = letters + b"=" * (-len(letters) % 4)
    if given not in (letters, padded):
        raise ValueError("wrong padding")
    return base64.b64decode(padded, validate=True)


def is_base64(value: Any) -> bool:
    """Whether a JSON value is a string of bytes: `{"b64": "..."}` and nothing else."""
    return (
        isinstance(value, dict) and set(value) == {"b64"} and type(value["b64"]) is str
    )


_JSON_KINDS = {dict: "an object", type(None): "null", bool: "true or false"}


def _kind_of(array):
    kinds = {"U": "text", "b": "true or false", "f": "fractions"}
    return kinds.get(array.dtype.kind, "other values")


def _unfitting(name, spec, received):
    return RequestError(400, f"`{name}` must be {spec}. Received: {received}")


def _ragged(name):
    return RequestError(
        400,
        f"`{name}` must be a full array, but holds lists of different lengths; send "
        "pictures of different sizes one by one, or encoded to `serve_bytes`",
    )
