"""LiteRT (TFLite) files: for phones, small computers, and Python without TensorFlow."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

import tfcoseg
from tfcoseg.cards import CARD_FILE
from tfcoseg.export.compact import share_parameters
from tfcoseg.export.convert import convert
from tfcoseg.export.flatbuffer import append_files, check_operators, describe
from tfcoseg.export.gate import LEAST_IOU, Pairs, check_masks, sample_pairs
from tfcoseg.export.models import check_exportable
from tfcoseg.export.rounding import correct_biases
from tfcoseg.export.small_filters import keep_small_filters
from tfcoseg.files import check_free, replace_file
from tfcoseg.inference.litert import import_interpreter

PRECISIONS = ("float32", "float16", "dynamic", "int8")

SIGNATURES_FILE = "signatures.json"

# So many of the drawn samples correct the biases of dynamic files; the others judge.
_CORRECTED_ON = 2


@dataclass(frozen=True)
class Exported:
    """A file that was written.

    Attributes:
        path: where it is.
        size: of it, in bytes.
        mean_iou: of its masks with those of the float32 file; None of that file itself.
    """

    path: Path
    size: int
    mean_iou: float | None


def export_litert(
    model: keras.Model,
    path: str | os.PathLike,
    precision: str = "float32",
    card: Mapping[str, Any] | None = None,
    pairs: Pairs | None = None,
    statistics: Mapping[str, Any] | None = None,
    calibration_pairs: Pairs | None = None,
    overwrite: bool = False,
) -> Exported:
    """Writes a model as one LiteRT file that a plain interpreter runs.

    It takes one image, or pair, at a time, of any size, and holds the signatures
    serving_default, encode, refer, correlate, decode and verify (see `signatures_of`),
    which share their weights. A program that asks for none runs serving_default. The
    card and the signatures, in JSON, are appended to the file as a zip.

    Run it with LiteRT's `Interpreter`. `CompiledModel` runs only signatures whose sizes
    are known before they run, which is `encode`: the operator that finds the best
    matches, TOPK_V2, sizes its result when it runs.

    Args:
        model: a model of `tfcoseg.applications`.
        path: the file, `x.tflite`.
        precision: `"float32"`; `"float16"`, weights of half the size; `"dynamic"`,
            most weights in 8 bits; or `"int8"`, computing in 8 bits as well, which
            takes statistics of what the network computes.
        card: what is known of the weights, kept in the file as it is.
        pairs: pictures on which the masks must be those of the float32 file; None for
            drawn samples of the package. See `tfcoseg.export.gate`.
        statistics: for `"int8"`, those recorded for these weights.
        calibration_pairs: pictures of the kind that the file is for. `"int8"` gathers
            statistics from them, `"dynamic"` corrects biases; None for the recorded
            statistics, and for drawn samples that do not judge the file.
        overwrite: whether `path` may exist already.

    Raises:
        ImportError: if LiteRT, or for int8 the quantizer, is not installed.
        FileExistsError: if `path` exists and `overwrite` is false.
        ValueError: for an unknown precision; a model of another kind, or of one size of
            pictures alone; one that LiteRT's own operators cannot run or that gives
            NaN; or masks that are too far from the float32 ones.

    Example:

    ```python
    exported = export_litert(CoSegMobileNetV2(), "coseg.tflite", "float16")
    print(exported.size)
    ```
    """
    if precision not in PRECISIONS:
        raise ValueError(
            f"`precision` must be one of {list(PRECISIONS)}. Received: {precision!r}"
        )
    check_exportable(model)
    check_free([path], overwrite)
    _check_packages(precision)
    _check_given(precision, statistics, calibration_pairs)
    float_file, content = convert(model, precision)
    if precision == "dynamic":
        content = _refine(content, float_file, calibration_pairs)
    if precision == "int8":
        content = _quantize(float_file, statistics, calibration_pairs)
    check_operators(content)
    content = append_files(
        content,
        {
            CARD_FILE: dict(card or {"name": model.name}),
            SIGNATURES_FILE: {
                "tfcoseg": tfcoseg.__version__,
                "tensorflow": tf.__version__,
                "keras": keras.__version__,
                "precision": precision,
                **describe(content),
            },
        },
    )
    mean_iou = None
    if precision in LEAST_IOU:
        chosen = sample_pairs()[_CORRECTED_ON:] if pairs is None else pairs
        mean_iou = check_masks(content, float_file, chosen, LEAST_IOU[precision])
    replace_file(path, lambda new: new.write_bytes(content), overwrite)
    return Exported(Path(path), len(content), mean_iou)


def _check_packages(precision):
    """What is missing is told before the conversion, which takes half a minute."""
    import_interpreter()
    if precision == "int8":
        from tfcoseg.export.quantize import import_quantizer

        import_quantizer()


def _check_given(precision, statistics, pairs):
    if precision == "int8" and statistics is None and pairs is None:
        raise ValueError(
            "int8 needs statistics of what the network computes: pass "
            "`calibration_pairs`, pictures of the kind that the file is for, or the "
            "recorded `statistics` of these weights. Received: neither"
        )


def _refine(content, float_file, pairs):
    """Gives a dynamic file the precision that its gate asks for."""
    content = keep_small_filters(content, float_file)
    pairs = sample_pairs()[:_CORRECTED_ON] if pairs is None else pairs
    return share_parameters(correct_biases(content, float_file, pairs))


def _quantize(float_file, statistics, pairs):
    from tfcoseg.export.calibration import calibrate
    from tfcoseg.export.quantize import quantize_int8

    if pairs is not None:
        statistics = calibrate(float_file, pairs)
    return quantize_int8(float_file, statistics)
