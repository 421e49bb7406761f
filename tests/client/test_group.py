"""Groups of pictures, against servers that stand in for TensorFlow Serving."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from tfcoseg.client import Client, RequestError
from tfcoseg.client.answers import read_group
from tfcoseg.client.pictures import SentPicture
from tfcoseg.pictures import read_image


@pytest.fixture
def group(pair, square):
    """Two large pictures, and a small one, in which the server finds nothing."""
    return [*pair, square("small.png", (20, 30), (4, 4, 16, 20))]


def brightness(path):
    return read_image(path).mean(axis=-1, dtype=np.float32) / np.float32(255)


def test_a_group_is_one_request(server, group):
    with Client(server.url) as client:
        result = client.predict_group(group)
    assert len(server.seen) == 1
    for path, soft_mask in zip(group[:2], result.soft_masks):
        np.testing.assert_array_equal(soft_mask, brightness(path))
    assert result.scores == [0.75, 0.75, 0.25]
    assert result.found == [True, True, False]
    assert result.masks[0].any() and result.masks[1].any()
    assert result.masks[2].shape == result.soft_masks[2].shape == (30, 20)
    assert not result.masks[2].any() and not result.soft_masks[2].any()
    assert result.masks[2].dtype == np.uint8


def test_of_two_one_may_be_missing_too(rest, group):
    """As it is if the server says so, which knows from which score on."""
    with Client(rest.url) as client:
        assert client.predict_group(group[1:]).found == [True, False]


def test_it_is_asked_whatever_signature_pairs_are_sent_to(rest, group):
    with Client(rest.url, signature="serving_default") as client:
        client.predict_group(group)
    request = json.loads(rest.seen[0][2])
    assert request["signature_name"] == "serve_group_bytes"
    assert [list(row) for row in request["inputs"]["images"]] == [["b64"]] * 3


def test_one_picture_is_no_group(rest, group):
    with Client(rest.url) as client:
        with pytest.raises(ValueError, match="at least two pictures.*Received: 1"):
            client.predict_group(group[:1])
        with pytest.raises(TypeError, match=r"`images\[1\]`: "):
            client.predict_group([group[0], 3])
    assert rest.seen == []


@pytest.mark.parametrize(
    "outputs, message",
    [
        ({"scores": None}, "no scores"),
        ({"scores": np.array([0.5])}, "2 rows of scores"),
        ({"scores": np.array([0.5, 2.0])}, "scores.*2.0"),
        ({"masks_bytes": np.array([b"a", b"b"], object)}, "masks_bytes"),
    ],
)
def test_answers_that_do_not_fit(outputs, message):
    file = io.BytesIO()
    Image.new("L", (4, 3)).save(file, "PNG")
    good = {
        "masks_bytes": np.array([file.getvalue()] * 2, object),
        "scores": np.array([0.5, 0.5]),
    }
    every = {name: rows for name, rows in (good | outputs).items() if rows is not None}
    with pytest.raises(RequestError, match=message):
        read_group(every, [SentPicture(b"", (3, 4))] * 2)
