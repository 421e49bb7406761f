"""Whether the data pipeline keeps up with training."""

import os
import time
from collections.abc import Iterator

import keras
import tensorflow as tf

from tfcoseg.applications import CoSegEfficientNetLite2
from tfcoseg.benchmark.timing import Comparison, Timing, interleave
from tfcoseg.data import pair_dataset, read_folder, sample_pairs
from tfcoseg.losses import CoSegLoss
from tfcoseg.signature import TRAINING_SIZE

TARGET = 5.0

# Batches read in a round; enough for the few that are prefetched to matter little.
_BATCHES = 12


def compare_pipeline_with_step(
    repeats: int,
    data: str | os.PathLike,
    size: int = TRAINING_SIZE,
    batch_size: int = 4,
    batches: int = _BATCHES,
    model: keras.Model | None = None,
) -> Iterator[Comparison]:
    """The pairs per second that the pipeline gives, by those that training consumes.

    A training step is one of `fit`, with every layer trained. The pipeline is timed
    from its start, augmentation and all, and by itself.

    Args:
        repeats: rounds of timing.
        data: folder of pictures with masks.
        size: side of the pictures, in pixels.
        batch_size: pairs per batch.
        batches: batches read in a round.
        model: what is trained; None for a `CoSegEfficientNetLite2`.
    """
    records = read_folder(data)
    pairs = sample_pairs(records, batches * batch_size, negative_share=0.0)
    dataset = pair_dataset(pairs, size, batch_size)
    seconds = [_read_through(dataset) / batches for _ in range(repeats + 1)][1:]

    model = model or CoSegEfficientNetLite2(weights=None)
    model.compile("adam", CoSegLoss())
    images, masks = next(iter(dataset))
    step = interleave({"step": lambda: model.train_on_batch(images, masks)}, repeats)

    timings = {"batch read": Timing.of(seconds), **step}
    ratio = timings["step"].median / timings["batch read"].median
    rate = batch_size / timings["batch read"].median
    name = f"pipeline by training, {batch_size} x {size} x {size}"
    note = f"{rate:.1f} pairs/s read"
    yield Comparison(name, ratio, TARGET, True, timings, note)


def _read_through(dataset: tf.data.Dataset) -> float:
    start = time.perf_counter()
    for _ in dataset:
        pass
    return time.perf_counter() - start
