"""The signature that takes encoded pictures: rows, batches, and what is refused."""

import io
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tfcoseg.export import serve_bytes
from tfcoseg.export.serve_bytes import serve_bytes_of

RED, GREEN = (250, 0, 0), (0, 250, 0)


class Recorder:
    """A network that takes red for the object, and records its batches."""

    def __init__(self):
        self.batches = []

    def predict_pair(self, image_a, image_b):
        self.tell = tf.numpy_function(self._record, [image_a], tf.int64)
        with tf.control_dependencies([self.tell]):
            outputs = {
                f"mask_{which}": tf.nn.relu(image[..., :1] / 255.0)
                for which, image in zip("ab", (image_a, image_b))
            }
        for which in "ab":
            mean = tf.reduce_mean(outputs[f"mask_{which}"], (1, 2, 3))
            outputs[f"score_{which}"] = mean
        return outputs

    def _record(self, images):
        self.batches.append(len(images))
        return np.int64(0)


@pytest.fixture(autouse=True)
def recorders(monkeypatch):
    """Recorders stand for the models that would be run."""
    monkeypatch.setattr(serve_bytes, "predict_pair", Recorder.predict_pair)


def function_of(recorder, batching):
    signature = serve_bytes_of(recorder, 32, 10_000, batching)

    @tf.function(input_signature=[signature.inputs])
    def serve(inputs):
        return signature.function(dict(inputs))

    return serve


def png(colour, size):
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


def ask(function, rows_a, rows_b):
    inputs = {"image_a": tf.constant(rows_a), "image_b": tf.constant(rows_b)}
    return {name: tensor.numpy() for name, tensor in function(inputs).items()}


def opened(content):
    return np.asarray(Image.open(io.BytesIO(content)))


@pytest.mark.parametrize("batching", [False, True])
def test_rows_keep_their_sizes_and_their_places(batching):
    function = function_of(Recorder(), batching)
    sizes = [(40, 20), (7, 90), (1, 1)]
    rows_a = [png(colour, size) for colour, size in zip((RED, GREEN, RED), sizes)]
    rows_b = [png(colour, size) for colour, size in zip((GREEN, RED, RED), sizes[::-1])]
    answer = ask(function, rows_a, rows_b)
    assert set(answer) == {"mask_a_bytes", "mask_b_bytes", "score_a", "score_b"}
    for name, values in (("a", (250, 0, 250)), ("b", (0, 250, 250))):
        ordered = sizes if name == "a" else sizes[::-1]
        masks = [opened(content) for content in answer[f"mask_{name}_bytes"]]
        assert [mask.shape[::-1] for mask in masks] == ordered
        assert [np.unique(mask).tolist() for mask in masks] == [[v] for v in values]
        expected = np.array(values) / 255
        np.testing.assert_allclose(answer[f"score_{name}"], expected, atol=1e-6)


def test_concurrent_requests_of_different_sizes_share_batches():
    recorder = Recorder()
    function = function_of(recorder, batching=True)
    ask(function, [png(RED, (5, 5))], [png(RED, (5, 5))])
    recorder.batches.clear()
    start = threading.Barrier(16)

    def request(index):
        start.wait()
        colour = (10 * index, 0, 0)
        return ask(function, [png(colour, (9 + index, 9))], [png(RED, (6, 6))])

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(request, range(16)))
    for index, answer in enumerate(answers):
        mask = opened(answer["mask_a_bytes"][0])
        assert mask.shape == (9, 9 + index)
        assert np.unique(mask).tolist() == [10 * index]
    assert len(recorder.batches) < 16 and max(recorder.batches) > 1
    assert set(recorder.batches) <= {1, 2, 4, 8}


def test_more_rows_than_a_batch_are_split():
    recorder = Recorder()
    function = function_of(recorder, batching=True)
    rows = [png((index, 0, 0), (4, 4)) for index in range(13)]
    answer = ask(function, rows, rows)
    greys = [opened(content)[0, 0] for content in answer["mask_a_bytes"]]
    assert greys == list(range(13))
    assert max(recorder.batches) <= 8


def test_a_broken_picture_fails_its_own_request_only():
    function = function_of(Recorder(), batching=True)
    good, start = png(RED, (5, 5)), threading.Barrier(8)

    def request(index):
        start.wait()
        try:
            return ask(function, [good[:-9] if index % 2 else good], [good])
        except tf.errors.InvalidArgumentError as error:
            return error

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(request, range(8)))
    for index, answer in enumerate(answers):
        if index % 2:
            assert isinstance(answer, tf.errors.InvalidArgumentError)
        else:
            assert np.unique(opened(answer["mask_a_bytes"][0])).tolist() == [250]


@pytest.mark.parametrize("batching", [False, True])
def test_unequal_numbers_of_pictures_are_refused(batching):
    function, picture = function_of(Recorder(), batching), png(RED, (5, 5))
    with pytest.raises(tf.errors.InvalidArgumentError, match="Received: 3 and 2"):
        ask(function, [picture] * 3, [picture] * 2)


@pytest.mark.parametrize("batching", [False, True])
def test_a_request_holds_a_bounded_number_of_pairs(batching):
    function, picture = function_of(Recorder(), batching), png(RED, (5, 5))
    assert len(ask(function, [picture] * 32, [picture] * 32)["score_a"]) == 32
    rule = "must hold 1 to 32 pictures each. Received: "
    for count in (0, 33):
        with pytest.raises(tf.errors.InvalidArgumentError, match=f"{rule}{count} and"):
            rows = tf.constant([picture] * count, tf.string, shape=(count,))
            function({"image_a": rows, "image_b": rows})


def test_without_batching_the_network_sees_one_pair_at_a_time():
    recorder = Recorder()
    rows = [png((index, 0, 0), (4 + index, 4)) for index in range(5)]
    answer = ask(function_of(recorder, batching=False), rows, rows[::-1])
    assert recorder.batches == [1] * 5
    greys = [opened(content)[0, 0] for content in answer["mask_a_bytes"]]
    assert greys == [0, 1, 2, 3, 4]


def test_the_limit_on_pixels_is_the_one_given():
    function = function_of(Recorder(), batching=False)
    ask(function, [png(RED, (100, 100))], [png(RED, (5, 5))])
    with pytest.raises(tf.errors.InvalidArgumentError, match="at most 10000 pixels"):
        ask(function, [png(RED, (101, 100))], [png(RED, (5, 5))])
