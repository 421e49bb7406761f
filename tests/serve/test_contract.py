"""The server answers as TensorFlow Serving's REST API is described and was seen to."""

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

import tfcoseg


def masks_of(a, b):
    """What the small model says, in NumPy."""
    a, b = (image.mean(axis=-1, keepdims=True) / 255 for image in (a, b))
    return a * b.mean(), b * a.mean()


def decoded(value):
    assert set(value) == {"b64"}
    with Image.open(io.BytesIO(base64.b64decode(value["b64"]))) as image:
        assert image.format == "PNG" and image.mode == "L"
        return np.asarray(image)


def test_status(client):
    available = {
        "version": "1",
        "state": "AVAILABLE",
        "status": {"error_code": "OK", "error_message": ""},
    }
    for path in ("", "/versions/1", "/labels/stable", "?verbose=1"):
        assert client.get(path) == (200, {"model_version_status": [available]}), path


def test_metadata(client):
    status, content = client.get("/metadata")
    assert status == 200
    spec = {"name": "coseg", "signature_name": "", "version": "1"}
    assert content["model_spec"] == spec
    signatures = content["metadata"]["signature_def"]["signature_def"]
    assert {"serving_default", "serve_bytes", "logarithm"} <= set(signatures)
    signature = signatures["serving_default"]
    assert signature["method_name"] == "tensorflow/serving/predict"
    assert signature["inputs"]["image_a"] == {
        "dtype": "DT_UINT8",
        "tensor_shape": {
            "dim": [{"size": s, "name": ""} for s in ("-1", "-1", "-1", "3")],
            "unknown_rank": False,
        },
        "name": "serving_default_image_a:0",
    }
    assert set(signature["outputs"]) == {"mask_a", "mask_b", "score_a", "score_b"}
    assert signature["outputs"]["mask_a"]["dtype"] == "DT_FLOAT"
    assert client.get("/versions/1/metadata") == client.get("/labels/stable/metadata")


def test_pixels_in_columns(client, picture):
    a, b = picture(5, 7), picture(6, 4, 1)
    inputs = {"image_a": [a.tolist()], "image_b": [b.tolist()]}
    status, content = client.predict(inputs=inputs)
    assert status == 200 and set(content) == {"outputs"}
    outputs = content["outputs"]
    assert set(outputs) == {"mask_a", "mask_b", "score_a", "score_b"}
    expected = masks_of(a, b)
    for side, mask in zip("ab", expected):
        np.testing.assert_allclose(outputs[f"mask_{side}"], mask[None], rtol=1e-5)
        np.testing.assert_allclose(outputs[f"score_{side}"], [mask.mean()], rtol=1e-5)


def test_pixels_in_rows(client, picture):
    pairs = [(picture(5, 7, n), picture(6, 4, n + 10)) for n in range(3)]
    instances = [{"image_a": a.tolist(), "image_b": b.tolist()} for a, b in pairs]
    status, content = client.predict(instances=instances)
    assert status == 200 and set(content) == {"predictions"}
    assert len(content["predictions"]) == 3
    for row, (a, b) in zip(content["predictions"], pairs):
        mask_a, mask_b = masks_of(a, b)
        np.testing.assert_allclose(row["mask_a"], mask_a, rtol=1e-5)
        np.testing.assert_allclose(row["mask_b"], mask_b, rtol=1e-5)
        np.testing.assert_allclose(row["score_a"], mask_a.mean(), rtol=1e-5)


@pytest.mark.parametrize("rows", [False, True])
def test_encoded_pictures_of_different_sizes(client, picture, encoded, rows):
    sizes_a, sizes_b = [(5, 7), (40, 30)], [(6, 4), (9, 9)]
    inputs = {
        "image_a": [encoded(*size) for size in sizes_a],
        "image_b": [encoded(*size, seed=1) for size in sizes_b],
    }
    if rows:
        given = [dict(zip(inputs, row)) for row in zip(*inputs.values())]
        status, content = client.predict(signature_name="serve_bytes", instances=given)
        predictions = content["predictions"]
    else:
        status, content = client.predict(signature_name="serve_bytes", inputs=inputs)
        outputs = content["outputs"]
        predictions = [dict(zip(outputs, row)) for row in zip(*outputs.values())]
    assert status == 200 and len(predictions) == 2
    for row, size_a, size_b in zip(predictions, sizes_a, sizes_b):
        mask_a, mask_b = masks_of(picture(*size_a), picture(*size_b, 1))
        assert set(row) == {"mask_a_bytes", "mask_b_bytes", "score_a", "score_b"}
        for name, mask in [("mask_a_bytes", mask_a), ("mask_b_bytes", mask_b)]:
            difference = decoded(row[name]) - 255 * mask[..., 0]
            assert np.abs(difference).max() <= 0.501
        assert row["score_a"] == pytest.approx(mask_a.mean(), abs=1e-5)


@pytest.mark.parametrize("values", [[[1, 2.5]], {"x": [[1, 2.5]]}])
def test_a_single_input_and_a_single_output_need_no_name(client, values):
    status, content = client.predict(signature_name="logarithm", inputs=values)
    assert status == 200
    np.testing.assert_allclose(content["outputs"], np.log([[1, 2.5]]), rtol=1e-6)
    rows = values if isinstance(values, list) else [{"x": [1, 2.5]}]
    status, content = client.predict(signature_name="logarithm", instances=rows)
    np.testing.assert_allclose(content["predictions"], np.log([[1, 2.5]]), rtol=1e-6)


@pytest.mark.parametrize("text", ["QWRhIQ==", "QWRhIQ", "QWRh\nIQ==\n", " Q W\tRhIQ"])
def test_base_64_may_be_wrapped_or_without_padding(client, text):
    assert client.predict(signature_name="greet", inputs=[{"b64": text}]) == (
        200,
        {"outputs": ["hello Ada!"]},
    )


def test_strings_whose_name_says_nothing_of_bytes_are_text(client):
    names = ["Ada", {"b64": base64.b64encode("Müller".encode()).decode()}]
    assert client.predict(signature_name="greet", instances=names) == (
        200,
        {"predictions": ["hello Ada", "hello Müller"]},
    )


def test_numbers_are_as_short_as_their_type_allows(client):
    status, content = client.predict(signature_name="logarithm", inputs=[[1.1, 1]])
    number = content["outputs"][0][0]
    assert number == pytest.approx(np.log(1.1), rel=1e-6)
    assert repr(number) == str(np.float32(number))


def test_the_default_signature_may_be_named(client, picture):
    inputs = {"image_a": [picture(2, 2).tolist()], "image_b": [picture(2, 2).tolist()]}
    answers = [
        client.predict(inputs=inputs, **name)
        for name in ({}, {"signature_name": ""}, {"signature_name": "serving_default"})
    ]
    assert answers[0][0] == 200 and answers[0] == answers[1] == answers[2]


def test_another_input_in_columns_is_ignored(client):
    inputs = {"x": [[1, 1]], "y": "whatever"}
    status, content = client.predict(signature_name="logarithm", inputs=inputs)
    assert (status, content) == (200, {"outputs": [[0.0, 0.0]]})


def test_versions_and_labels_are_asked_for(client):
    body = json.dumps({"signature_name": "logarithm", "inputs": [[1, 1]]}).encode()
    for path in ("/versions/1:predict", "/labels/stable:predict"):
        assert client.post(body, path) == (200, {"outputs": [[0.0, 0.0]]})


def test_a_connection_serves_many_requests(client):
    connection = client.connect()
    path = client.parts.path
    for _ in range(3):
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == 200 and answer.read()
        socket = connection.sock
        assert socket is not None
    connection.close()


def test_the_server_says_what_it_is_for(client):
    _, _, headers = client.ask("GET", client.parts.path)
    assert headers["Server"] == (
        f"tfcoseg-serve/{tfcoseg.__version__} (for development, not for production)"
    )
    assert headers["Content-Type"] == "application/json"
