"""A pair through LiteRT and through TensorFlow, on the same cores."""

import functools
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import tensorflow as tf

from tfcoseg.applications import CoSegEfficientNetLite2
from tfcoseg.benchmark.machine import cores
from tfcoseg.benchmark.timing import Comparison, interleave
from tfcoseg.export import export_litert, export_saved_model
from tfcoseg.inference.litert import load_stages
from tfcoseg.pictures import read_image, resize_image
from tfcoseg.samples import pair
from tfcoseg.signature import IMAGE_A, IMAGE_B, SERVING_DEFAULT

SIZES = (257, 321, 513)
TARGET = 1.5


def compare_with_saved_model(
    repeats: int,
    sizes: Sequence[int] = SIZES,
    threads: int = 2,
    exports: tuple[Path, Path] | None = None,
) -> Iterator[Comparison]:
    """How many times faster the LiteRT file is than the SavedModel, of one model.

    Both are the float32 exports, run by their signature `serving_default` from arrays
    to arrays.

    Args:
        repeats: rounds of timing.
        sizes: sides of the pictures, in pixels.
        threads: how many each computes with. TensorFlow takes one per core instead if
            it has computed anything before; the note of the comparison says so.
        exports: the version of a SavedModel and the float32 LiteRT file of one model;
            None to write those of the embedded model.
    """
    _limit_tensorflow(threads)
    with tempfile.TemporaryDirectory() as folder:
        version, file = exports or _export(Path(folder))
        loaded = tf.saved_model.load(version)
        stages = load_stages(file.read_bytes(), threads)
    for size in sizes:
        images = [resize_image(read_image(path), (size, size)) for path in pair()]
        arrays = {IMAGE_A: images[0][None], IMAGE_B: images[1][None]}
        functions = {
            "saved_model": functools.partial(_run_saved_model, loaded, arrays),
            "litert": functools.partial(stages[SERVING_DEFAULT], arrays),
        }
        timings = interleave(functions, repeats)
        ratio = timings["saved_model"].median / timings["litert"].median
        name = f"SavedModel by LiteRT, {size} x {size}"
        note = f"LiteRT with {threads} threads, TensorFlow with {_tensorflow_threads()}"
        # Only as many threads can be compared.
        target = TARGET if _tensorflow_threads() == threads else None
        yield Comparison(name, ratio, target, True, timings, note)


def _export(folder):
    model = CoSegEfficientNetLite2()
    return (
        export_saved_model(model, folder / "saved_model"),
        export_litert(model, folder / "coseg.tflite").path,
    )


def _limit_tensorflow(threads):
    try:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
    except RuntimeError:  # what it has begun with, it keeps
        pass


def _tensorflow_threads():
    return tf.config.threading.get_intra_op_parallelism_threads() or cores()


def _run_saved_model(loaded, arrays):
    tensors = {name: tf.constant(array) for name, array in arrays.items()}
    answer = loaded.signatures[SERVING_DEFAULT](**tensors)
    return {name: tensor.numpy() for name, tensor in answer.items()}
