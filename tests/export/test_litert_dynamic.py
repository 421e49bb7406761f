"""What makes dynamic files as good as they are, and who judges them."""

import numpy as np
import pytest
import tensorflow as tf

pytest.importorskip("ai_edge_litert", reason="needs ai-edge-litert")

from tfcoseg.export import litert  # noqa: E402
from tfcoseg.export.rounding import correct_biases  # noqa: E402
from tfcoseg.export.small_filters import keep_small_filters  # noqa: E402
from tfcoseg.inference.litert import load_stages  # noqa: E402
from tfcoseg.inference.stages import STAGES  # noqa: E402
from tfcoseg.signature import SERVING_DEFAULT  # noqa: E402


class Network(tf.Module):
    """A pair through a depth-wise and a full convolution, with uneven weights."""

    def __init__(self):
        random = np.random.default_rng(0)
        self.first = tf.constant(random.normal(size=(3, 3, 3, 120)) ** 3, tf.float32)
        self.second = tf.constant(random.normal(size=(1, 1, 360, 8)) ** 3, tf.float32)
        self.bias = tf.constant(random.normal(size=8), tf.float32)

    def maps(self, image):
        image = tf.cast(image, tf.float32) / 255.0
        maps = tf.nn.depthwise_conv2d(image, self.first, (1, 1, 1, 1), "VALID")
        maps = tf.nn.relu(maps + 0.1)
        return tf.nn.conv2d(maps, self.second, 1, "VALID") + self.bias

    @tf.function(
        input_signature=[
            tf.TensorSpec((1, None, None, 3), tf.uint8, name=name)
            for name in ("image_a", "image_b")
        ]
    )
    def pair(self, image_a, image_b):
        return {"mask_a": self.maps(image_a), "mask_b": self.maps(image_b)}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The float32 and the dynamic file."""
    network, folder = Network(), str(tmp_path_factory.mktemp("network"))
    signatures = {
        name: network.pair.get_concrete_function()
        for name in (SERVING_DEFAULT, *STAGES)
    }
    tf.saved_model.save(network, folder, signatures)
    found = []
    for optimizations in ([], [tf.lite.Optimize.DEFAULT]):
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        converter.optimizations = optimizations
        found.append(converter.convert())
    return found


def masks(file, a, b):
    answer = load_stages(file)["serving_default"]({"image_a": a, "image_b": b})
    return np.stack([answer["mask_a"], answer["mask_b"]])


def filters(file):
    """Types and ranks of the filters, as numbers of the format."""
    from ai_edge_litert.tools import flatbuffer_utils

    graph = flatbuffer_utils.read_model_from_bytearray(bytearray(file)).subgraphs[0]
    convolutions = [each for each in graph.operators if len(each.inputs) > 2]
    tensors = [graph.tensors[each.inputs[1]] for each in convolutions]
    return [(tensor.type, len(tensor.shape)) for tensor in tensors]


def test_biases_make_up_for_the_mean(files):
    """On grey pictures, of which each map is the same nearly everywhere."""
    float_file, dynamic = files
    a, b = (np.full((1, 9, 9, 3), value, np.uint8) for value in (90, 200))
    corrected = correct_biases(dynamic, float_file, [(a[0], b[0])])
    assert len(corrected) == len(dynamic)
    expected = masks(float_file, a, b)
    before, after = (
        np.abs((masks(file, a, b) - expected).mean(axis=(0, 1, 2, 3))).mean()
        for file in (dynamic, corrected)
    )
    assert after < before / 2


def test_biases_need_pictures(files):
    float_file, dynamic = files
    with pytest.raises(ValueError, match="needs a pair of pictures"):
        correct_biases(dynamic, float_file, [])


def test_small_filters_are_kept(files):
    float_file, dynamic = files
    kept = keep_small_filters(dynamic, float_file, small=10_000)
    random = np.random.default_rng(1)
    a, b = random.integers(0, 256, (2, 1, 16, 12, 3), np.uint8)
    expected = masks(float_file, a, b)
    np.testing.assert_allclose(masks(kept, a, b), expected, rtol=1e-4, atol=1e-4)
    assert np.abs(masks(dynamic, a, b) - expected).max() > 0.01
    assert filters(kept) == filters(float_file) != filters(dynamic)


def test_large_filters_are_not(files):
    float_file, dynamic = files
    assert filters(keep_small_filters(dynamic, float_file, small=10)) == filters(
        dynamic
    )


def test_the_samples_that_correct_do_not_judge(files, model, tmp_path, monkeypatch):
    seen = {"correct_biases": [], "check_masks": []}

    def correct(content, float_file, pairs):
        seen["correct_biases"] += pairs
        return content

    def check(content, float_file, pairs, least):
        seen["check_masks"] += pairs
        return 1.0

    monkeypatch.setattr(litert, "convert", lambda *_: files)
    monkeypatch.setattr(litert, "correct_biases", correct)
    monkeypatch.setattr(litert, "check_masks", check)
    litert.export_litert(model, tmp_path / "x.tflite", "dynamic")
    corrected, judged = (
        {tuple(image.tobytes() for image in pair) for pair in pairs}
        for pairs in seen.values()
    )
    assert corrected and len(judged) >= 8
    assert not corrected & judged
