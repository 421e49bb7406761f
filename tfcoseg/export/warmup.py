"""Warm-up records: requests that a server answers before it takes a version into use.

TensorFlow builds what it needs for a signature at its first call, which then takes
seconds. TensorFlow Serving replays `assets.extra/tf_serving_warmup_requests`; a record
that fails keeps the version from loading, so they are replayed before publishing too.
"""

import functools
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from tfcoseg import samples
from tfcoseg.inference.partners import partner_of
from tfcoseg.inference.saved_model import run_signature
from tfcoseg.inference.stages import STAGES, StagesRuntime
from tfcoseg.messages import (
    decode_predict_request,
    decode_prediction_log,
    encode_predict_request,
    encode_prediction_log,
)
from tfcoseg.pictures import read_image, resize_image
from tfcoseg.signature import (
    IMAGE_A,
    IMAGE_B,
    IMAGES,
    SERVE_BYTES,
    SERVE_GROUP_BYTES,
    SERVING_DEFAULT,
    TRAINING_SIZE,
)

RECORDS_FILE = "tf_serving_warmup_requests"

# Numbers of rows of serve_bytes: with in-graph batching those of its batches.
_ROWS, _BATCHED_ROWS = (1,), (1, 2, 4, 8)

Request = tuple[str, dict[str, np.ndarray]]


def write_warmup_records(
    extra: Path, loaded: Any, working_size: int, max_pixels: int, batched: bool
) -> None:
    """Writes a request or more for each signature, made of the sample pictures.

    Args:
        extra: the version's folder `assets.extra`.
        loaded: the version, loaded by `tf.saved_model.load`.
        working_size: the pixel signatures are warmed up at this size, and at 513.
        max_pixels: the most pixels of a picture, or of a mask, that are allowed.
        batched: whether `serve_bytes` batches in the graph.
    """
    with tf.io.TFRecordWriter(str(extra / RECORDS_FILE)) as writer:
        for name, inputs in _requests(loaded, working_size, max_pixels, batched):
            # A server looks at the signature only: it knows which model it warms up.
            request = encode_predict_request("", name, inputs)
            writer.write(encode_prediction_log(request))


def replay(extra: Path, loaded: Any) -> int:
    """Runs every record against its signature, as a server will.

    Returns:
        How many there were.

    Raises:
        ValueError: if an answer holds numbers that are not finite.
    """
    count = 0
    for record in tf.data.TFRecordDataset(str(extra / RECORDS_FILE)):
        request = decode_predict_request(decode_prediction_log(record.numpy()))
        outputs = run_signature(loaded, request.signature_name, request.inputs)
        for name, array in outputs.items():
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                raise ValueError(
                    "The model must give finite numbers; train it again with a lower "
                    f"learning rate. Received: NaN or infinity in {name} of "
                    f"{request.signature_name}"
                )
        count += 1
    return count


def _requests(loaded, working_size, max_pixels, batched) -> Iterator[Request]:
    pictures = [read_image(path) for path in samples.pair()]
    small = [_within(max_pixels, picture) for picture in pictures]
    files = [tf.io.encode_jpeg(picture).numpy() for picture in small]
    for rows in _BATCHED_ROWS if batched else _ROWS:
        file_a, file_b = (np.array([file] * rows, object) for file in files)
        yield SERVE_BYTES, {IMAGE_A: file_a, IMAGE_B: file_b}
    yield SERVE_GROUP_BYTES, {IMAGES: np.array([*files, files[0]], object)}

    for size in (TRAINING_SIZE, working_size):
        image_a, image_b = (resize_image(p, (size, size))[None] for p in pictures)
        yield SERVING_DEFAULT, {IMAGE_A: image_a, IMAGE_B: image_b}
    yield from _stages(loaded, image_a[0], small[0].shape[:2])


def _stages(loaded, picture, size) -> list[Request]:
    """What is asked of the stages to find in a picture what is in itself."""
    requests = []

    def run(name, inputs):
        requests.append((name, inputs))
        return run_signature(loaded, name, inputs)

    runtime = StagesRuntime({name: functools.partial(run, name) for name in STAGES})
    own = runtime.encode(picture)
    partner = partner_of(runtime, own, np.ones(picture.shape[:2]))
    _, found = runtime.decode(runtime.correlate(own, partner), own, size)
    runtime.score(found[None], found[None])
    return requests


def _within(max_pixels, picture):
    """The picture, made smaller where it has more pixels than that."""
    height, width = picture.shape[:2]
    scale = min(1.0, math.sqrt(max_pixels / (height * width)))
    size = [max(1, int(side * scale)) for side in (height, width)]
    return resize_image(picture, tuple(size))
