"""What is inside a LiteRT file, and what may be appended to it."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

from tfcoseg.inference.litert import import_interpreter

# State that nobody initialises in a file for inference: the masks would be NaN.
_STATEFUL = ("VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE", "CALL_ONCE")

# Of the entries of the zip: the same model gives the same file, to the byte.
_DATE = (1980, 1, 1, 0, 0, 0)


def operators(content: bytes) -> dict[str, str]:
    """The operators that a file uses: by name, `"builtin"` or `"custom"`."""
    import_interpreter()
    from ai_edge_litert import schema_py_generated as schema

    names = {
        code: name
        for name, code in vars(schema.BuiltinOperator).items()
        if isinstance(code, int)
    }
    model = schema.Model.GetRootAs(content)
    found = {}
    for index in range(model.OperatorCodesLength()):
        entry = model.OperatorCodes(index)
        if entry.CustomCode() is not None:
            found[entry.CustomCode().decode()] = "custom"
        else:
            # Codes of up to 127 stand in the older, narrower field.
            code = max(entry.BuiltinCode(), entry.DeprecatedBuiltinCode())
            found[names[code]] = "builtin"
    return found


def check_operators(content: bytes) -> None:
    """Makes sure that a plain LiteRT interpreter runs the file.

    Raises:
        ValueError: if it holds an operator of TensorFlow's ("Flex"), any other custom
            one, or a variable.
    """
    found = operators(content)
    wrong = [name for name, kind in found.items() if kind == "custom"]
    wrong += [name for name in found if name in _STATEFUL]
    if wrong:
        raise ValueError(
            "The file may hold builtin operators without state only; use layers that "
            "LiteRT knows, and the depth-wise implementation of the correlation. "
            f"Received: {', '.join(sorted(wrong))}"
        )


def append_files(content: bytes, files: Mapping[str, Mapping[str, Any]]) -> bytes:
    """Appends JSON files as a zip, which interpreters skip and `zipfile` finds.

    Args:
        content: of a LiteRT file without such an appendix.
        files: by name, what to write as JSON.
    """
    stream = io.BytesIO(content)
    with zipfile.ZipFile(stream, "a") as archive:
        for name, value in files.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, json.dumps(value, indent=1, ensure_ascii=False))
    return stream.getvalue()


def describe(content: bytes) -> dict[str, Any]:
    """Names, types and shapes of the tensors of all signatures; None is any size."""
    interpreter = import_interpreter()(model_content=content)

    def tensors(details):
        return {
            name: {
                "dtype": np.dtype(tensor["dtype"]).name,
                "shape": [
                    None if n < 0 else n for n in tensor["shape_signature"].tolist()
                ],
            }
            for name, tensor in sorted(details.items())
        }

    runners = {
        name: interpreter.get_signature_runner(name)
        for name in sorted(interpreter.get_signature_list())
    }
    return {
        "signatures": {
            name: {
                "inputs": tensors(runner.get_input_details()),
                "outputs": tensors(runner.get_output_details()),
            }
            for name, runner in runners.items()
        }
    }
