"""Runs a model once before it is served, since its first run takes seconds."""

import os
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tfcoseg.messages import decode_predict_request, decode_prediction_log
from tfcoseg.signature import SERVE_BYTES

_RECORDS_FILE = os.path.join("assets.extra", "tf_serving_warmup_requests")


def warm_up(
    folder: str | os.PathLike,
    run: Callable[[str, Mapping[str, np.ndarray]], Any],
) -> None:
    """Runs the first record of encoded pictures, if the version has one.

    TensorFlow Serving runs all records, which would take long for a server that is
    started to try something.

    Args:
        folder: the version's folder.
        run: takes a signature's name and its inputs.
    """
    path = os.path.join(folder, _RECORDS_FILE)
    if not os.path.exists(path):
        return
    import tensorflow as tf

    for record in tf.data.TFRecordDataset(path):
        request = decode_predict_request(decode_prediction_log(record.numpy()))
        if request.signature_name == SERVE_BYTES:
            run(request.signature_name, request.inputs)
            return
