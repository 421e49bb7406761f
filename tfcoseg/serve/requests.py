"""The body of a request to named arrays: TensorFlow Serving's two formats."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from tfcoseg.serve.request_error import RequestError
from tfcoseg.serve.tensors import InputSpec, is_base64, to_array
from tfcoseg.signature import IMAGE_A, IMAGE_B, SERVING_DEFAULT


def parse_body(body: bytes) -> dict[str, Any]:
    """Parses a body, which must be a JSON object.

    Numbers that JSON does not know (NaN, Infinity) are refused. TensorFlow Serving
    takes them, but no input of ours may hold them.
    """
    if not body.strip():
        raise RequestError(400, "The body is empty; a JSON object was expected")
    try:
        request = json.loads(body.decode(), parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise RequestError(
            400, f"The body is not valid JSON: {error.msg} at character {error.pos}"
        ) from error
    except RecursionError as error:
        raise RequestError(400, "The body's JSON is nested too deeply") from error
    except ValueError as error:  # no UTF-8; a number of more than 4,300 digits
        kind = "UTF-8" if isinstance(error, UnicodeDecodeError) else "JSON"
        raise RequestError(400, f"The body is not valid {kind}") from error
    if not isinstance(request, dict):
        raise RequestError(
            400, 'The body must be a JSON object: {"inputs": ...} or {"instances": ...}'
        )
    return request


def signature_of(request: Mapping[str, Any]) -> str:
    """The name of the signature that a request is for."""
    name = request.get("signature_name", SERVING_DEFAULT)
    if not isinstance(name, str):
        raise RequestError(400, "`signature_name` must be a string")
    return name or SERVING_DEFAULT


def arrays_of(
    request: Mapping[str, Any], specs: Mapping[str, InputSpec]
) -> tuple[dict[str, np.ndarray], bool]:
    """The inputs of a request.

    Args:
        request: holds `instances`, a list with an object of inputs for each row; or
            `inputs`, an object with all rows of each input. If the signature has one
            input, its values may stand there without its name.
        specs: what the signature takes, by name.

    Returns:
        Arrays by name, and whether the answer is wanted by rows.
    """
    formats = {"instances", "inputs"} & set(request)
    if len(formats) != 1:
        raise RequestError(
            400,
            "The body must hold either `inputs` (columns) or `instances` (rows). "
            f"Received: {'both' if formats else 'neither'}",
        )
    rows = formats == {"instances"}
    columns = _from_rows if rows else _from_columns
    values = columns(request[formats.pop()], specs)
    arrays = {name: to_array(name, values[name], specs[name]) for name in specs}
    _check_pairs(arrays)
    return arrays, rows


def _from_columns(inputs, specs):
    if not isinstance(inputs, dict) or is_base64(inputs):
        return {_only(specs, "inputs"): inputs}
    missing = [name for name in specs if name not in inputs]
    if missing:
        raise RequestError(
            400,
            f"The input {_listed(missing)} is missing in `inputs`; the signature takes "
            f"{_listed(specs)}",
        )
    return inputs


def _from_rows(instances, specs):
    if not isinstance(instances, list) or not instances:
        raise RequestError(400, "`instances` must be a list with at least one instance")
    named = [isinstance(item, dict) and not is_base64(item) for item in instances]
    if not any(named):
        return {_only(specs, "instances"): instances}
    for index, instance in enumerate(instances):
        if not named[index] or set(instance) != set(specs):
            raise RequestError(
                400,
                f"Instance {index} of `instances` must be an object with the inputs "
                f"{_listed(specs)} and no others",
            )
    return {name: [instance[name] for instance in instances] for name in specs}


def _only(specs, key):
    """The name of the single input, whose values stand without it."""
    if len(specs) != 1:
        form = "an object" if key == "inputs" else "a list of objects"
        raise RequestError(
            400, f"`{key}` must be {form} with the inputs {_listed(specs)}"
        )
    return next(iter(specs))


def _check_pairs(arrays):
    """A pair has two pictures: said here, since graphs say it less clearly."""
    if {IMAGE_A, IMAGE_B} <= set(arrays):
        count_a, count_b = (arrays[n].shape[:1] for n in (IMAGE_A, IMAGE_B))
        if count_a != count_b:
            raise RequestError(
                400,
                f"`{IMAGE_A}` and `{IMAGE_B}` must hold the same number of pictures. "
                f"Received: {count_a[0]} and {count_b[0]}",
            )


def _refuse_constant(name):
    raise RequestError(400, f"The body is not valid JSON: it holds {name}")


def _listed(names):
    return ", ".join(f"`{name}`" for name in sorted(names))
