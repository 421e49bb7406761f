"""The messages of TensorFlow Serving, declared: numbers and types as on the wire."""

import functools
from typing import Any

# Message: field: number and type. "*" is repeated, "map" from a string to a message,
# "|" a choice of which one field at most is set. Fields that are not needed are left
# out; their bytes are passed over.
_MESSAGES = {
    "Dim": {"size": (1, "int64")},
    "Shape": {"dim": (2, "Dim*"), "unknown_rank": (3, "bool")},
    "Tensor": {
        "dtype": (1, "int32"),
        "tensor_shape": (2, "Shape"),
        "tensor_content": (4, "bytes"),
        "half_val": (13, "int32*"),
        "float_val": (5, "float*"),
        "double_val": (6, "double*"),
        "int_val": (7, "int32*"),
        "string_val": (8, "bytes*"),
        "int64_val": (10, "int64*"),
        "bool_val": (11, "bool*"),
        "uint32_val": (16, "uint32*"),
        "uint64_val": (17, "uint64*"),
    },
    "Int64": {"value": (1, "int64")},
    "ModelSpec": {
        "name": (1, "string"),
        "version": (2, "Int64|"),
        "signature_name": (3, "string"),
        "version_label": (4, "string|"),
    },
    "PredictRequest": {
        "model_spec": (1, "ModelSpec"),
        "inputs": (2, "Tensor map"),
        "output_filter": (3, "string*"),
    },
    "PredictResponse": {"outputs": (1, "Tensor map"), "model_spec": (2, "ModelSpec")},
    "PredictLog": {
        "request": (1, "PredictRequest"),
        "response": (2, "PredictResponse"),
    },
    "PredictionLog": {"predict_log": (6, "PredictLog|")},
}


def new(name: str) -> Any:
    """An empty message."""
    return _classes()[name]()


def to_bytes(message: Any) -> bytes:
    """The same bytes for the same message, whatever the order of its names."""
    return message.SerializeToString(deterministic=True)


def parse(name: str, message: bytes) -> Any:
    """The message that some bytes are."""
    from google.protobuf.message import DecodeError

    parsed = new(name)
    try:
        parsed.ParseFromString(message)
    except DecodeError as error:
        raise ValueError(
            f"Expected the bytes of a {name} of TensorFlow Serving. Received: "
            f"{len(message)} bytes that are none: {error}"
        ) from error
    return parsed


@functools.cache
def _classes():
    """The classes of `_MESSAGES`, known to this file only."""
    try:
        from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
    except ImportError as error:
        raise ImportError(
            "The messages of gRPC need the package protobuf. "
            "Install it with: pip install 'tfcoseg[grpc]'"
        ) from error
    file = descriptor_pb2.FileDescriptorProto(
        name="tfcoseg/messages.proto", package="tfcoseg", syntax="proto3"
    )
    for name, fields in _MESSAGES.items():
        _declare(file.message_type.add(name=name), fields)
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return {
        name: message_factory.GetMessageClass(
            pool.FindMessageTypeByName(f"tfcoseg.{name}")
        )
        for name in _MESSAGES
    }


def _declare(message, fields):
    for name, (number, spec) in fields.items():
        repeated = spec.endswith(("*", " map"))
        kind = spec.removesuffix(" map").rstrip("*|")
        if spec.endswith(" map"):
            kind = _declare_entry(message, name, kind)
        declared = _declare_field(message, name, number, kind)
        if repeated:
            declared.label = declared.LABEL_REPEATED
        if spec.endswith("|"):
            if not message.oneof_decl:
                message.oneof_decl.add(name="choice")
            declared.oneof_index = 0


def _declare_entry(message, name, kind):
    """Declares what a map consists of; returns its type."""
    title = f"{name.title()}Entry"
    entry = message.nested_type.add(name=title)
    entry.options.map_entry = True
    _declare_field(entry, "key", 1, "string")
    _declare_field(entry, "value", 2, kind)
    return f"{message.name}.{title}"


def _declare_field(message, name, number, kind):
    declared = message.field.add(name=name, number=number)
    declared.label = declared.LABEL_OPTIONAL
    if kind[0].isupper():
        declared.type, declared.type_name = declared.TYPE_MESSAGE, f".tfcoseg.{kind}"
    else:
        declared.type = getattr(declared, f"TYPE_{kind.upper()}")
    return declared
