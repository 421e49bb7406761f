"""A real export behind the server: the names, and the masks of the graph itself."""

import base64
import functools
import io
import struct

import numpy as np
import pytest
from PIL import Image

from tfcoseg import samples
from tfcoseg.export.gate import stage_masks
from tfcoseg.inference.stages import STAGES
from tfcoseg.pictures import read_image, resize_image
from tfcoseg.serve import DevelopmentServer

# The header of a picture, which is all that is looked at before it is refused.
HUGE = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 8000, 7000)


@pytest.fixture(scope="module")
def server(exported):
    with DevelopmentServer(exported) as server:
        yield server


def decoded(value):
    with Image.open(io.BytesIO(base64.b64decode(value["b64"]))) as image:
        return np.asarray(image)


def test_bytes_are_answered_as_the_graph_answers(client, exported, encoded):
    import tensorflow as tf

    pair = encoded(50, 70), encoded(90, 40, seed=1, kind="JPEG")
    inputs = {name: [content] for name, content in zip(("image_a", "image_b"), pair)}
    status, content = client.predict(signature_name="serve_bytes", inputs=inputs)
    assert status == 200
    outputs = content["outputs"]
    loaded = tf.saved_model.load(exported / "2")
    contents = [tf.constant([base64.b64decode(p["b64"])]) for p in pair]
    expected = loaded.signatures["serve_bytes"](
        image_a=contents[0], image_b=contents[1]
    )
    assert set(outputs) == set(expected)
    for name in ("mask_a_bytes", "mask_b_bytes"):
        assert base64.b64decode(outputs[name][0]["b64"]) == expected[name].numpy()[0]
    for name in ("score_a", "score_b"):
        np.testing.assert_allclose(outputs[name], expected[name].numpy(), rtol=1e-6)
    assert decoded(outputs["mask_a_bytes"][0]).shape == (50, 70)
    assert decoded(outputs["mask_b_bytes"][0]).shape == (90, 40)
    assert np.ptp(decoded(outputs["mask_a_bytes"][0])) > 0


def test_the_stages_give_the_masks_of_the_pair(client):
    sizes = zip(samples.pair(), ((96, 128), (80, 112)))
    a, b = (resize_image(read_image(path), size).tolist() for path, size in sizes)
    status, pair = client.predict(inputs={"image_a": [a], "image_b": [b]})
    assert status == 200

    def ask(name, inputs):
        given = {key: np.asarray(array).tolist() for key, array in inputs.items()}
        status, content = client.predict(signature_name=name, inputs=given)
        assert status == 200, content
        outputs = content["outputs"]
        return {key: np.array(rows, np.float32) for key, rows in outputs.items()}

    stages = {name: functools.partial(ask, name) for name in STAGES}
    masks = stage_masks(stages, np.array(a, np.uint8), np.array(b, np.uint8))
    for mask, name in zip(masks, ("mask_a", "mask_b")):
        expected = np.array(pair["outputs"][name])[0, ..., 0]
        np.testing.assert_allclose(mask, expected, atol=1e-4)
        assert np.ptp(expected) > 0.01


@pytest.mark.parametrize(
    "content, said",
    [
        (b"\xff\xd8\xff nothing", "The model refused"),
        (b"nothing", "Expected an encoded JPEG, PNG or BMP picture"),
        (b"\x89PNG\r\n\x1a\n", "The model refused"),
        (HUGE, "at most 50000000 pixels; make it smaller first. Received: 8000 x 7000"),
    ],
)
def test_a_broken_picture_is_refused_in_a_sentence(client, encoded, content, said):
    broken = {"b64": base64.b64encode(content).decode()}
    inputs = {"image_a": [encoded(50, 70)], "image_b": [broken]}
    status, answer = client.predict(signature_name="serve_bytes", inputs=inputs)
    assert status == 400 and said in answer["error"]
    assert not [n for n in ("[", "{", "node", "map/") if n in answer["error"]], answer
