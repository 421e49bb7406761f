"""Arrays into tensors of a message, and back."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

_STRING, _HALF = 7, 19
# NumPy's name of a type: its number in a message, and the field of values one by one.
_TYPES = {
    "float32": (1, "float_val"),
    "float64": (2, "double_val"),
    "int32": (3, "int_val"),
    "uint8": (4, "int_val"),
    "int16": (5, "int_val"),
    "int8": (6, "int_val"),
    "int64": (9, "int64_val"),
    "bool": (10, "bool_val"),
    "uint16": (17, "int_val"),
    "float16": (_HALF, "half_val"),
    "uint32": (22, "uint32_val"),
    "uint64": (23, "uint64_val"),
}
_FROM_NUMBER = {number: (dtype, field) for dtype, (number, field) in _TYPES.items()}


def write_tensors(tensors: Any, arrays: Mapping[str, np.ndarray]) -> None:
    """Writes arrays by name into a message's map of tensors."""
    for name, array in arrays.items():
        try:
            _fill_tensor(tensors[name], np.asarray(array))
        except (TypeError, ValueError) as error:
            raise type(error)(f"`{name}`: {error}") from error


def _fill_tensor(tensor, array):
    for size in array.shape:
        tensor.tensor_shape.dim.add().size = size
    # An array of strings of NumPy's own has lost the zeros at their ends.
    if array.dtype == object and all(isinstance(s, bytes) for s in array.flat):
        tensor.dtype = _STRING
        tensor.string_val.extend(array.flat)
    elif array.dtype.name in _TYPES:
        tensor.dtype, _ = _TYPES[array.dtype.name]
        little_endian = array.dtype.newbyteorder("<")
        tensor.tensor_content = array.astype(little_endian, copy=False).tobytes()
    else:
        raise TypeError(
            "A tensor must hold numbers, or bytes in an array of dtype=object. "
            f"Received: {array.dtype}"
        )


def read_tensors(tensors: Any) -> dict[str, np.ndarray]:
    """The arrays in a message's map of tensors, by name."""
    return {name: _array(name, tensor) for name, tensor in tensors.items()}


def _array(name, tensor):
    shape = tuple(dim.size for dim in tensor.tensor_shape.dim)
    count = math.prod(shape)
    values = _values(tensor)
    # A constant may be written as a single value.
    if tensor.tensor_shape.unknown_rank or len(values) not in (1, count):
        raise ValueError(
            f"Expected a tensor `{name}` with a value for each of its elements. "
            f"Received: {len(values)} values for shape {shape}"
        )
    if len(values) != count:
        values = np.broadcast_to(values, count)
    return values.reshape(shape)


def _values(tensor):
    """The elements of a tensor in a row, whichever field they are in."""
    if tensor.dtype == _STRING:
        # With None among them NumPy does not look for a type of string.
        return np.array([*tensor.string_val, None], object)[:-1]
    if tensor.dtype not in _FROM_NUMBER:
        raise ValueError(
            "Expected a tensor of numbers or strings. Received: one of the type with "
            f"the number {tensor.dtype}"
        )
    dtype, one_by_one = _FROM_NUMBER[tensor.dtype]
    if tensor.tensor_content:
        little_endian = np.dtype(dtype).newbyteorder("<")
        return np.frombuffer(tensor.tensor_content, little_endian).astype(dtype)
    values = getattr(tensor, one_by_one)
    if tensor.dtype == _HALF:  # its bits, each in an integer
        return np.array(values, np.uint16).view(np.float16)
    return np.array(values, dtype)
