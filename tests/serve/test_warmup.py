"""The first run of a model, before it is served."""

import shutil

import numpy as np
import pytest

from tfcoseg.messages import encode_predict_request, encode_prediction_log
from tfcoseg.serve import DevelopmentServer
from tfcoseg.serve.served_model import ServedModel
from tfcoseg.serve.warmup import warm_up

PAIR = {name: np.array([b"picture"], object) for name in ("image_a", "image_b")}


def write(folder, *requests):
    import tensorflow as tf

    (folder / "assets.extra").mkdir(parents=True)
    path = folder / "assets.extra" / "tf_serving_warmup_requests"
    with tf.io.TFRecordWriter(str(path)) as writer:
        for name, inputs in requests:
            request = encode_predict_request("", name, inputs)
            writer.write(encode_prediction_log(request))


@pytest.fixture
def runs():
    """What was run, and the function that remembers it."""
    runs = []
    return runs, lambda *run: runs.append(run)


def test_the_first_record_of_pictures_is_run(tmp_path, runs):
    pixels = {"image": np.zeros((1, 2, 2, 3), np.uint8)}
    write(tmp_path, ("encode", pixels), ("serve_bytes", PAIR), ("serve_bytes", PAIR))
    runs, run = runs
    warm_up(tmp_path, run)
    assert runs == [("serve_bytes", PAIR)]


def test_none_is_run_where_there_is_none(tmp_path, runs):
    runs, run = runs
    warm_up(tmp_path, run)
    write(tmp_path, ("encode", {"image": np.zeros((1, 2, 2, 3), np.uint8)}))
    warm_up(tmp_path, run)
    assert runs == []


def test_an_export_is_run_before_it_is_ready(exported, client_of, monkeypatch):
    names, run = [], ServedModel.run

    def remember(self, name, arrays):
        names.append(name)
        return run(self, name, arrays)

    monkeypatch.setattr(ServedModel, "run", remember)
    with DevelopmentServer(exported) as server:
        assert names == ["serve_bytes"]
        assert client_of(server).get()[0] == 200


def test_a_record_that_the_model_refuses_is_an_error(export, tmp_path):
    """As with TensorFlow Serving, which then does not serve the version."""
    shutil.copytree(export, tmp_path, dirs_exist_ok=True)
    write(tmp_path / "1", ("serve_bytes", PAIR))
    with pytest.raises(ValueError, match="version 1 cannot be loaded: The model refu"):
        DevelopmentServer(tmp_path).start()
