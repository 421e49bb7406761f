import numpy as np
import pytest
import tensorflow as tf

pytest.importorskip("ai_edge_litert", reason="needs ai-edge-litert")

from tfcoseg.export.graphs import read_graphs  # noqa: E402
from tfcoseg.export.recording import recording_interpreter  # noqa: E402


def test_tensors_in_between_can_be_looked_at(tmp_path):
    """Each of a chain of convolutions, which a delegate would fuse and overwrite."""
    random = np.random.default_rng(0)
    shape = (1, 1, 4, 4)
    filters = [random.normal(size=shape).astype(np.float32) for _ in range(4)]
    image = random.normal(size=(1, 9, 9, 4)).astype(np.float32)
    module = tf.Module()

    @tf.function(input_signature=[tf.TensorSpec((1, None, None, 4), name="x")])
    def chain(x):
        for values in filters:
            x = tf.nn.relu(tf.nn.conv2d(x, values, 1, "VALID"))
        return {"y": x}

    module.chain = chain
    tf.saved_model.save(module, tmp_path, {"chain": chain})
    file = tf.lite.TFLiteConverter.from_saved_model(str(tmp_path)).convert()
    interpreter = recording_interpreter(file)
    interpreter.get_signature_runner("chain")(x=image)
    graph = read_graphs(file)["chain"]
    convolutions = [each for each in graph.operators if each.kind == "CONV_2D"]
    expected = image
    for values, operator in zip(filters, convolutions, strict=True):
        expected = np.maximum(expected @ values[0, 0], 0)
        found = interpreter.get_tensor(operator.outputs[0].index, graph.index)
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
