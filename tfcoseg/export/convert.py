"""The conversion of a model to LiteRT, whose result is tried."""

import tempfile

import keras
import tensorflow as tf

from tfcoseg.export.dilation import with_plain_dilations
from tfcoseg.export.entry import with_pair_first
from tfcoseg.export.flatbuffer import check_operators
from tfcoseg.export.gate import stage_masks, whole_masks
from tfcoseg.export.padding import without_empty_paddings
from tfcoseg.export.probabilities import check_probabilities
from tfcoseg.export.rebuild import with_implementation
from tfcoseg.export.signatures import signatures_of
from tfcoseg.inference.litert import load_stages


def convert(model: keras.Model, precision: str) -> tuple[bytes, bytes]:
    """The float32 file, and that of the precision; of int8 it is the first again.

    Raises:
        ValueError: if the float32 file gives other probabilities than the model, or
            LiteRT's own operators cannot run it.
    """
    float_file, content = _convert(model, precision)
    check_operators(float_file)
    stages = load_stages(float_file)
    check_probabilities(
        model,
        lambda a, b: whole_masks(stages, a, b),
        lambda a, b: stage_masks(stages, a, b),
    )
    return float_file, content


def _convert(model, precision):
    # Only through a SavedModel do signatures and variables come out right.
    with tempfile.TemporaryDirectory() as folder:
        archive = keras.export.ExportArchive()
        model = with_implementation(model, "depthwise")
        model = without_empty_paddings(with_plain_dilations(model))
        archive.track(model)
        for name, signature in signatures_of(model, batch=1).items():
            specs = [signature.inputs]
            archive.add_endpoint(name, signature.function, input_signature=specs)
        archive.write_out(folder, verbose=False)
        float_file = _run_converter(folder, "float32")
        if precision in ("float32", "int8"):
            return float_file, float_file
        return float_file, _run_converter(folder, precision)


def _run_converter(folder, precision):
    converter = tf.lite.TFLiteConverter.from_saved_model(folder)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    if precision != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if precision == "float16":
        converter.target_spec.supported_types = [tf.float16]
    return with_pair_first(converter.convert())
