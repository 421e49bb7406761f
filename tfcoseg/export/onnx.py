"""ONNX files: for ONNX Runtime, in any of the languages that it is called from."""

import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

import tfcoseg
from tfcoseg.export.models import check_exportable
from tfcoseg.export.probabilities import check_probabilities
from tfcoseg.export.rebuild import with_implementation
from tfcoseg.export.signatures import signatures_of
from tfcoseg.files import check_free, replace_file
from tfcoseg.signature import IMAGE_A, IMAGE_B, MASK_A, MASK_B, SERVING_DEFAULT

# The newest set of operators that the converter writes.
OPSET = 18

CARD, SOFTWARE = "model_card", "software"


def export_onnx(
    model: keras.Model,
    path: str | os.PathLike,
    card: Mapping[str, Any] | None = None,
    overwrite: bool = False,
) -> Path:
    """Writes a model as one ONNX file, with the signature `serving_default`.

    It takes one pair at a time: image_a and image_b, uint8 RGB (1, height, width, 3) of
    any size each; and gives mask_a and mask_b, float32 (1, height, width, 1) of their
    sizes, 0..1, and score_a and score_b, float32 (1,). The card is kept in the file's
    metadata. Before the file appears ONNX Runtime has run it, with the model's results.

    Args:
        model: a model of `tfcoseg.applications`.
        path: the file, `x.onnx`.
        card: what is known of the weights, kept in the file as it is.
        overwrite: whether `path` may exist already.

    Returns:
        `path`.

    Raises:
        ImportError: if the converter or ONNX Runtime is not installed.
        FileExistsError: if `path` exists and `overwrite` is false.
        ValueError: for a model of another kind, or of one size of pictures alone; or if
            the file gives other probabilities than the model.

    Example:

    ```python
    export_onnx(CoSegMobileNetV2(), "coseg.onnx", card=read_card("coseg"))
    ```
    """
    check_exportable(model)
    check_free([path], overwrite)
    tf2onnx, runtime = _import_onnx()
    proto = _convert(tf2onnx, model)
    _name_sizes(proto)
    _describe(proto, tf2onnx.__version__, card or {"name": model.name})
    content = proto.SerializeToString()
    _check(runtime, content, model)
    replace_file(path, lambda new: new.write_bytes(content), overwrite)
    return Path(path)


def _import_onnx():
    try:
        import onnxruntime
        import tf2onnx.convert
    except ImportError as error:
        raise ImportError(
            "ONNX files need tf2onnx and ONNX Runtime: pip install 'tfcoseg[onnx]'. "
            f"Received: {error}"
        ) from error
    return tf2onnx, onnxruntime


def _convert(tf2onnx, model):
    # The FFT has no counterpart for two dimensions; the filter of a depth-wise
    # convolution may be computed at run time.
    model = with_implementation(model, "depthwise")
    signature = signatures_of(model, batch=1)[SERVING_DEFAULT]
    specs = [signature.inputs[name] for name in (IMAGE_A, IMAGE_B)]

    @tf.function(input_signature=specs)
    def pair(image_a, image_b):
        return signature.function({IMAGE_A: image_a, IMAGE_B: image_b})

    with _without_warnings("tf2onnx"):
        proto, _ = tf2onnx.convert.from_function(pair, specs, opset=OPSET)
    return proto


@contextmanager
def _without_warnings(name: str) -> Iterator[None]:
    """The converter tells of each optimisation that it could not apply, at length."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _name_sizes(proto):
    """Calls heights and widths so, where the converter has only numbered them."""
    for value in (*proto.graph.input, *proto.graph.output):
        dimensions = value.type.tensor_type.shape.dim
        if len(dimensions) == 4:
            letter = value.name[-1]
            dimensions[1].dim_param = f"height_{letter}"
            dimensions[2].dim_param = f"width_{letter}"


def _describe(proto, converter_version, card):
    software = {
        "tfcoseg": tfcoseg.__version__,
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "tf2onnx": converter_version,
    }
    for key, value in ((CARD, dict(card)), (SOFTWARE, software)):
        entry = proto.metadata_props.add()
        entry.key, entry.value = key, json.dumps(value)


def _check(runtime, content, model):
    session = runtime.InferenceSession(content, providers=["CPUExecutionProvider"])

    def masks(a, b):
        pair = {IMAGE_A: a[None], IMAGE_B: b[None]}
        return [mask[0, ..., 0] for mask in session.run([MASK_A, MASK_B], pair)]

    check_probabilities(model, masks)
