"""Warm-up records, read as TensorFlow Serving reads them."""

from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from tfcoseg.export import warmup
from tfcoseg.messages import encode_predict_request, encode_prediction_log

logs = pytest.importorskip(
    "tensorflow_serving.apis.prediction_log_pb2",
    reason="needs tensorflow-serving-api, which has the server's own messages",
)


def requests(version):
    path = version / "assets.extra" / "tf_serving_warmup_requests"
    for record in tf.data.TFRecordDataset(str(path)):
        log = logs.PredictionLog.FromString(record.numpy())
        assert log.WhichOneof("log_type") == "predict_log"
        yield log.predict_log.request


@pytest.mark.parametrize("version", ["1", "2"])
def test_the_servers_own_messages_run_against_their_signatures(exported, version):
    loaded = tf.saved_model.load(exported / version)
    seen = set()
    for request in requests(exported / version):
        name = request.model_spec.signature_name
        inputs = {k: tf.constant(tf.make_ndarray(v)) for k, v in request.inputs.items()}
        outputs = loaded.signatures[name](**inputs)
        assert set(outputs) == set(loaded.signatures[name].structured_outputs)
        seen.add(name)
    assert seen == set(loaded.signatures)


def test_every_batch_size_of_the_graph_is_warmed_up(exported):
    def rows(version):
        return [
            request.inputs["image_a"].tensor_shape.dim[0].size
            for request in requests(exported / version)
            if request.model_spec.signature_name == "serve_bytes"
        ]

    assert rows("1") == [1]
    assert rows("2") == [1, 2, 4, 8]


def test_pixels_are_warmed_up_at_the_sizes_in_use(exported):
    sizes = [
        tuple(dim.size for dim in request.inputs["image_a"].tensor_shape.dim)
        for request in requests(exported / "1")
        if request.model_spec.signature_name == "serving_default"
    ]
    assert sizes == [(1, 513, 513, 3), (1, 321, 321, 3)]


def test_the_file_stays_small(exported):
    path = exported / "2" / "assets.extra" / "tf_serving_warmup_requests"
    assert path.stat().st_size < 14_000_000


@pytest.fixture
def records(tmp_path):
    """A file with one record, for a signature `f` of an input `x`."""
    request = encode_predict_request("", "f", {"x": np.ones(2, np.float32)})
    with tf.io.TFRecordWriter(str(tmp_path / warmup.RECORDS_FILE)) as writer:
        writer.write(encode_prediction_log(request))
    return tmp_path


def test_replay_counts(records):
    loaded = SimpleNamespace(signatures={"f": lambda x: {"y": 2 * x}})
    assert warmup.replay(records, loaded) == 1


def test_replay_refuses_what_is_not_finite(records):
    loaded = SimpleNamespace(signatures={"f": lambda x: {"y": x / 0}})
    with pytest.raises(ValueError, match="NaN or infinity in y of f"):
        warmup.replay(records, loaded)


def test_replay_lets_errors_through(records):
    with pytest.raises(KeyError):
        warmup.replay(records, SimpleNamespace(signatures={}))
