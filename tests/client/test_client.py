"""The client against servers that stand in for TensorFlow Serving."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from tfcoseg.client import Client
from tfcoseg.messages import decode_predict_request
from tfcoseg.pictures import read_image, resize_image, resize_soft_mask


def brightness(path):
    return read_image(path).mean(axis=-1, dtype=np.float32) / np.float32(255)


def test_masks_of_files_come_back_at_their_own_size(server, pair):
    with Client(server.url) as client:
        result = client.predict(*pair)
    masks = [(result.mask_a, result.soft_mask_a), (result.mask_b, result.soft_mask_b)]
    for path, (mask, soft_mask) in zip(pair, masks):
        expected = brightness(path)
        assert soft_mask.dtype == np.float32 and mask.dtype == np.uint8
        np.testing.assert_array_equal(soft_mask, expected)
        np.testing.assert_array_equal(mask, 255 * (expected >= 0.5))
    assert result.score == 0.75 and result.found is True


def test_masks_of_zeros_say_that_nothing_was_found(server, square):
    black = square("black.png", (40, 40), (0, 0, 0, 0))
    with Client(server.url, threshold=0.0) as client:
        result = client.predict(black, black)
    assert result.found is False and not result.mask_a.any()


def test_pixels_are_resized_on_the_way_there_and_back(server, pair):
    with Client(server.url, signature="serving_default", working_size=48) as client:
        result = client.predict(*pair)
    for path, soft_mask in zip(pair, (result.soft_mask_a, result.soft_mask_b)):
        pixels = read_image(path)
        seen = resize_image(pixels, (48, 48)).mean(axis=-1, dtype=np.float32) / 255
        expected = resize_soft_mask(seen, pixels.shape[:2])
        np.testing.assert_allclose(soft_mask, expected, atol=1e-6)


def test_the_threshold_is_the_callers(server, square):
    grey = square("grey.png", (40, 40), (0, 0, 0, 0))
    Image.new("L", (40, 40), 100).save(grey)
    for threshold, value in [(0.5, 0), (0.3, 255)]:
        with Client(server.url, threshold=threshold) as client:
            assert (client.predict(grey, grey).mask_a == value).all()


def test_arrays_and_pil_images_are_pictures_too(server, pair):
    array = read_image(pair[0])
    with Client(server.url) as client, Image.open(pair[1]) as image:
        result = client.predict(array, image)
    np.testing.assert_array_equal(result.soft_mask_a, brightness(pair[0]))
    np.testing.assert_array_equal(result.soft_mask_b, brightness(pair[1]))


def test_the_request_by_rest_is_in_columns(rest, pair):
    with Client(rest.url) as client:
        client.predict(*pair)
    ((path, headers, body),) = rest.seen
    assert path == "/v1/models/coseg:predict"
    assert headers["Content-Type"] == "application/json"
    request = json.loads(body)
    assert request["signature_name"] == "serve_bytes"
    assert sorted(request["inputs"]) == ["image_a", "image_b"]
    assert [list(row) for row in request["inputs"]["image_a"]] == [["b64"]]


def test_the_request_by_grpc_has_the_files_themselves(grpc_server, pair):
    with Client(grpc_server.url) as client:
        client.predict(*pair)
    request = decode_predict_request(grpc_server.seen[0])
    assert (request.model_name, request.signature_name) == ("coseg", "serve_bytes")
    assert (request.version, request.label) == (None, None)
    assert request.inputs["image_a"].tolist() == [pair[0].read_bytes()]
    assert request.inputs["image_b"].tolist() == [pair[1].read_bytes()]


@pytest.mark.parametrize(
    "choice, path",
    [
        ({"version": 1}, "/v1/models/coseg/versions/1:predict"),
        ({"label": "canary"}, "/v1/models/coseg/labels/canary:predict"),
    ],
)
def test_a_version_is_chosen_by_number_or_label(rest, grpc_server, pair, choice, path):
    with Client(rest.url, **choice) as client:
        client.predict(*pair)
    assert rest.seen[0][0] == path
    with Client(grpc_server.url, **choice) as client:
        client.predict(*pair)
    request = decode_predict_request(grpc_server.seen[0])
    expected = {"version": request.version, "label": request.label}
    assert {key: value for key, value in expected.items() if value} == choice


def test_a_proxys_path_and_odd_names_are_kept(rest, pair, told):
    rest.script = [told(404, b"{}")]
    with Client(f"{rest.url}/behind/", model="my model/2") as client:
        with pytest.raises(OSError):
            client.predict(*pair)
    assert rest.seen[0][0] == "/behind/v1/models/my%20model%2F2:predict"


def test_the_address_that_serve_prints_is_one(rest, pair):
    with Client(f"{rest.url}/v1/models/coseg") as client:
        client.predict(*pair)
    assert rest.seen[0][0] == "/v1/models/coseg:predict"
    with pytest.raises(ValueError, match="names the model 'coseg'"):
        Client(f"{rest.url}/v1/models/coseg", model="other")


def test_grpc_takes_an_http_address_too(grpc_server, pair):
    url = f"http://127.0.0.1:{grpc_server.port}"
    with Client(url, grpc=True) as client:
        assert client.predict(*pair).score == 0.75


def test_messages_above_4_mb_pass_in_both_directions(server, tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (1600, 1600, 3), np.uint8)
    path = tmp_path / "noise.png"
    Image.fromarray(noise).save(path, compress_level=0)
    with Client(server.url) as client:
        result = client.predict(path, path)  # 2.2 MB for each mask
    np.testing.assert_allclose(result.soft_mask_b, brightness(path), atol=0.5 / 255)


def test_a_connection_is_used_again(rest, pair):
    with Client(rest.url) as client:
        for _ in range(3):
            client.predict(*pair)
    assert len(rest.seen) == 3 and rest.connections == 1


def test_a_connection_that_the_server_has_closed_is_replaced(rest, pair, told):
    rest.script = [told(), told(hang_up=True)]
    with Client(rest.url, retries=0) as client:
        client.predict(*pair)
        assert client.predict(*pair).score == 0.75
    assert rest.connections == 2


def test_threads_share_a_client(server, square):
    def paths(number):
        box = (0, 0, number + 1, number + 1)
        return [square(f"{number}_{side}.png", (20, 30), box) for side in "ab"]

    pairs = [paths(number) for number in range(8)]
    with Client(server.url) as client, ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda pair: client.predict(*pair), pairs * 3))
    sizes = [(result.mask_a > 0).sum() for result in results]
    assert sizes == [(number + 1) ** 2 for number in range(8)] * 3


def test_an_unreadable_picture_is_named_and_nothing_is_sent(server, pair, tmp_path):
    text = tmp_path / "text.jpg"
    text.write_text("no picture")
    with Client(server.url) as client:
        with pytest.raises(ValueError, match="`image_b`.*text.jpg"):
            client.predict(pair[0], text)
        with pytest.raises(FileNotFoundError, match="nowhere.png"):
            client.predict(tmp_path / "nowhere.png", pair[0])
    assert server.seen == []


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"signature": "encode"}, "'serve_bytes' or 'serving_default'.*'encode'"),
        ({"threshold": 2}, "`threshold` must be"),
        ({"working_size": 1}, "working size must be"),
        ({"timeout": 0}, "`timeout` must be"),
        ({"timeout": 1e300}, "`timeout` must be"),
        ({"retries": -1}, "`retries` must be"),
        ({"model": ""}, "`model` must be"),
        ({"version": 1, "label": "x"}, "one of the two"),
    ],
)
def test_settings_that_do_not_fit(settings, message):
    with pytest.raises(ValueError, match=message):
        Client("http://localhost:1", **settings)


def test_starts_without_heavy_packages():
    """So that it starts at once; `tfcoseg benchmark --only client` tells how soon."""
    code = (
        "import sys; from tfcoseg.client import Client\n"
        "Client('http://localhost:1').close()\n"
        "heavy = ('tensorflow', 'keras', 'grpc', 'google.protobuf', 'tqdm')\n"
        "print([m for m in heavy if m in sys.modules])"
    )
    out = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert out == "[]\n"
