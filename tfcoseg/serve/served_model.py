"""One version of a model, loaded: its signatures, and how they are run."""

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from tfcoseg.inference.saved_model import run_signature
from tfcoseg.serve.request_error import RequestError, no_room
from tfcoseg.serve.sentences import one_sentence
from tfcoseg.serve.tensors import InputSpec
from tfcoseg.serve.version_folders import MODEL_FILE


class ServedModel:
    """A SavedModel in memory.

    Args:
        folder: the version's folder.

    Attributes:
        metadata: what the file says of its signatures, in the JSON of the REST API.
        signatures: the inputs of each signature, {name: {input: InputSpec}}.
    """

    def __init__(self, folder: str | os.PathLike):
        import tensorflow as tf

        self.metadata = read_metadata(folder)
        self._loaded = tf.saved_model.load(os.fspath(folder))
        self.signatures = {
            name: _inputs_of(function)
            for name, function in self._loaded.signatures.items()
        }

    def inputs_of(self, signature: str) -> dict[str, InputSpec]:
        """What a signature takes, by name.

        Raises:
            RequestError: 400 if there is no such signature.
        """
        if signature not in self.signatures:
            known = ", ".join(f"`{name}`" for name in sorted(self.signatures))
            raise RequestError(
                400, f"There is no such signature; the model has {known}"
            )
        return self.signatures[signature]

    def run(
        self, signature: str, arrays: Mapping[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        """Runs a signature on arrays that fit its inputs.

        Raises:
            RequestError: 400 if the model refuses the input, 503 if it has no room.
            MemoryError: if there is none for its outputs.
            tf.errors.OpError: if it fails otherwise.
        """
        import tensorflow as tf

        # Memory, or the queue of a model that batches in its graph.
        full = (tf.errors.ResourceExhaustedError, tf.errors.UnavailableError)
        try:
            return run_signature(self._loaded, signature, arrays)
        except tf.errors.InvalidArgumentError as error:
            sentence = one_sentence(error.message)
            raise RequestError(
                400, f"The model refused the input: {sentence}"
            ) from error
        except full as error:
            raise no_room() from error


def read_metadata(folder: str | os.PathLike) -> dict[str, Any]:
    """What a SavedModel's file says of its signatures, in the JSON of the REST API."""
    from tensorflow.core.protobuf import saved_model_pb2

    message = saved_model_pb2.SavedModel()
    with open(os.path.join(folder, MODEL_FILE), "rb") as file:
        message.ParseFromString(file.read())
    return {
        name: {
            "inputs": {k: _tensor_info(v) for k, v in signature.inputs.items()},
            "outputs": {k: _tensor_info(v) for k, v in signature.outputs.items()},
            "method_name": signature.method_name,
            "defaults": {},
        }
        for meta_graph in message.meta_graphs[:1]
        for name, signature in sorted(meta_graph.signature_def.items())
    }


def _tensor_info(info):
    from tensorflow.core.framework import types_pb2

    shape = info.tensor_shape
    return {
        "dtype": types_pb2.DataType.Name(info.dtype),
        "tensor_shape": {
            # 64-bit numbers are strings in the JSON of protocol buffers.
            "dim": [{"size": str(dim.size), "name": dim.name} for dim in shape.dim],
            "unknown_rank": shape.unknown_rank,
        },
        "name": info.name,
    }


def _inputs_of(function):
    """The specs of a signature's inputs, in terms of NumPy."""
    _, specs = function.structured_input_signature
    return {
        name: InputSpec(
            dtype=np.dtype(spec.dtype.as_numpy_dtype),
            shape=None if spec.shape.rank is None else tuple(spec.shape),
        )
        for name, spec in specs.items()
    }
