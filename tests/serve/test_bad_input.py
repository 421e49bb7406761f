"""Bad input gets a 4xx and one sentence, and the server goes on."""

import base64
import io
import json
import socket

import pytest
from PIL import Image

GOOD = {"signature_name": "logarithm", "inputs": [[1, 1]]}
A, B = [[[[1, 2, 3]]]], [[[[4, 5, 6]]]]


@pytest.fixture(autouse=True)
def the_server_goes_on(client):
    """After each of these tests."""
    yield
    assert client.predict(**GOOD) == (200, {"outputs": [[0.0, 0.0]]})


def is_one_sentence(content):
    assert set(content) == {"error"}
    sentence = content["error"]
    noise = ["\n", "Traceback", "{{", "[[", "[Op:", "/usr", "site-packages", "node "]
    assert not [word for word in noise if word in sentence], sentence
    assert 10 < len(sentence) < 400
    return sentence


def refused(answer, status=400):
    assert answer[0] == status, answer
    return is_one_sentence(answer[1])


def b64(content):
    return {"b64": base64.b64encode(content).decode()}


@pytest.mark.parametrize(
    "body, said",
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"{", "not valid JSON"),
        (b"[1, 2]", "must be a JSON object"),
        (b"17", "must be a JSON object"),
        (b'{"inputs": [[NaN, 1]]}', "holds NaN"),
        (b'{"inputs": [[1, -Infinity]]}', "holds -Infinity"),
        (b'{"inputs": "\xff\xfe"}', "not valid UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"inputs": ' + b"[" * 500 + b"1" + b"]" * 500 + b"}", "inputs"),
        (b'{"inputs": ' + b"9" * 5000 + b"}", "not valid JSON"),
        (b"{}", "neither"),
        (b'{"inputs": [[1, 1]], "instances": [[1, 1]]}', "both"),
        (b'{"signature_name": 3, "inputs": []}', "must be a string"),
        (b'{"signature_name": "nothing", "inputs": []}', "the model has `greet`"),
        (b"\x89PNG\r\n\x1a\n", "not valid UTF-8"),
    ],
    ids=lambda value: repr(value[:30]),
)
def test_body(client, body, said):
    assert said in refused(client.post(body))


@pytest.mark.parametrize(
    "content, said",
    [
        ({"inputs": {"image_a": A}}, "`image_b` is missing"),
        ({"inputs": A}, "must be an object"),
        ({"inputs": {"image_a": A, "image_b": None}}, "`image_b` must be whole"),
        ({"inputs": {"image_a": 3, "image_b": B}}, "the shape ()"),
        ({"inputs": {"image_a": A, "image_b": B[0]}}, "the shape (1, 1, 3)"),
        ({"inputs": {"image_a": A, "image_b": [[[[1, 2]]]]}}, "the shape (1, 1, 1, 2)"),
        ({"inputs": {"image_a": A, "image_b": [[[[1, 2, 256]]]]}}, "from 1 to 256"),
        ({"inputs": {"image_a": A, "image_b": [[[[1, 2, -1]]]]}}, "from -1 to 2"),
        ({"inputs": {"image_a": A, "image_b": [[[[1, 2, 0.5]]]]}}, "fractions"),
        ({"inputs": {"image_a": A, "image_b": [[[[1, 2, 10**40]]]]}}, "other values"),
        ({"inputs": {"image_a": A, "image_b": [[[[1, 2, "3"]]]]}}, "text"),
        ({"inputs": {"image_a": A, "image_b": [[[[True] * 3]]]}}, "true or false"),
        ({"inputs": {"image_a": A, "image_b": [[[[1, 2, 3]], [[1]]]]}}, "full array"),
        ({"inputs": {"image_a": A * 3, "image_b": B * 2}}, "Received: 3 and 2"),
        ({"instances": []}, "at least one instance"),
        ({"instances": {"image_a": A, "image_b": B}}, "must be a list"),
        ({"instances": [{"image_a": A[0]}]}, "Instance 0"),
        ({"instances": [{"image_a": A[0], "image_b": B[0], "c": 1}]}, "no others"),
        ({"instances": [{"image_a": A[0], "image_b": B[0]}, 3]}, "Instance 1"),
        ({"instances": [A, B]}, "must be a list of objects"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_pixels(client, content, said):
    assert said in refused(client.predict(**content))


@pytest.mark.parametrize("number", [1e39, "1e400", -1e39])
def test_numbers_that_are_too_large(client, number):
    body = '{"signature_name": "logarithm", "inputs": [[1, %s]]}' % number
    assert "too large" in refused(client.post(body.encode()))


def test_rows_of_unequal_shapes(client):
    two = [{"image_a": A[0], "image_b": B[0]}, {"image_a": A[0] * 2, "image_b": B[0]}]
    assert "`image_a` must be a full array" in refused(client.predict(instances=two))


def file_of(image, kind):
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def cases_of_pictures():
    jpeg = file_of(Image.effect_noise((64, 48), 50), "JPEG")
    large = file_of(Image.new("L", (101, 101)), "PNG")
    return {
        "bad base 64": ({"b64": "&&&"}, 400, "not valid base 64"),
        "a letter too few": ({"b64": "A"}, 400, "not valid base 64"),
        "padding": ({"b64": "QUI=="}, 400, "not valid base 64"),
        "base 64 for addresses": ({"b64": "_-8="}, 400, "not valid base 64"),
        "other spaces": ({"b64": "QUJD\u2003"}, 400, "not valid base 64"),
        "a number": (
            17,
            400,
            'must be a list of pictures, each as {"b64": "..."}. ' "Received: a number",
        ),
        "null": (None, 400, "Received: null"),
        "a list": ([b64(jpeg)], 400, "lists nested deeper"),
        "two keys": ({"b64": "", "x": 1}, 400, "Received: an object"),
        "b64 of a number": ({"b64": 17}, 400, "Received: an object"),
        "half a letter": ("\ud800", 400, "half a letter"),
        "no picture": (b64(b"nothing of the kind"), 400, "The model refused"),
        "nothing": (b64(b""), 400, "The model refused"),
        "text": ("a.jpg", 400, "The model refused"),
        "truncated JPEG": (b64(jpeg[: len(jpeg) // 2]), 400, "The model refused"),
        "truncated header": (b64(jpeg[:20]), 400, "The model refused"),
        "too many pixels": (b64(large), 400, "picture is too large"),
    }


@pytest.mark.parametrize("case", cases_of_pictures())
def test_pictures(client, encoded, case):
    value, status, said = cases_of_pictures()[case]
    inputs = {"image_a": [encoded(8, 8)], "image_b": [value]}
    answer = client.predict(signature_name="serve_bytes", inputs=inputs)
    assert said in refused(answer, status)
    rows = [{"image_a": encoded(8, 8), "image_b": value}]
    answer = client.predict(signature_name="serve_bytes", instances=rows)
    assert said in refused(answer, status)


def test_a_bomb_is_never_decoded(client, encoded, png_of_zeros):
    """It would take 400 MB in grey and 1.2 GB in colours."""
    bomb = png_of_zeros(20_000)
    assert 40_000 < len(bomb) < 500_000
    with Image.open(io.BytesIO(png_of_zeros(300))) as image:
        assert image.size == (300, 300) and image.getextrema() == (0, 0)
    inputs = {"image_a": [encoded(8, 8)], "image_b": [b64(bomb)]}
    answer = client.predict(signature_name="serve_bytes", inputs=inputs)
    assert "more than 100,000,000 pixels" in refused(answer)


def test_a_picture_that_is_not_in_a_list(client, encoded):
    inputs = {"image_a": encoded(8, 8), "image_b": encoded(8, 8)}
    answer = client.predict(signature_name="serve_bytes", inputs=inputs)
    assert "the shape ()" in refused(answer)


def test_three_pictures_and_two(client, encoded):
    inputs = {"image_a": [encoded(8, 8)] * 3, "image_b": [encoded(8, 8)] * 2}
    answer = client.predict(signature_name="serve_bytes", inputs=inputs)
    assert "same number of pictures. Received: 3 and 2" in refused(answer)


def test_an_answer_that_json_cannot_express(client):
    answer = client.predict(signature_name="logarithm", inputs=[[0, 1]])
    assert "not finite" in refused(answer, 500)


@pytest.mark.parametrize(
    "method, path, status, said",
    [
        ("GET", "/", 404, "/v1/models/coseg:predict"),
        ("GET", "/v1/models/", 404, "nothing at this path"),
        ("GET", "/v1/models/coseg/", 404, "nothing at this path"),
        ("POST", "/v1/models/coseg:classify", 404, "nothing at this path"),
        ("GET", "/v1/models/dogs", 404, "`coseg` is served"),
        ("POST", "/v1/models/dogs:predict", 404, "`coseg` is served"),
        ("GET", "/v1/models/coseg/versions/7", 404, "no version 7"),
        ("GET", "/v1/models/coseg/versions/7/metadata", 404, "version 1 is"),
        ("POST", "/v1/models/coseg/versions/7:predict", 404, "version 1 is"),
        ("GET", "/v1/models/coseg/versions/x", 404, "nothing at this path"),
        ("GET", "/v1/models/coseg/labels/canary", 404, "no such label"),
        ("POST", "/v1/models/coseg/labels/canary:predict", 404, "no such label"),
        ("GET", "/v1/models/coseg:predict", 405, "must be POST"),
        ("POST", "/v1/models/coseg", 405, "must be GET"),
        ("PUT", "/v1/models/coseg:predict", 405, "must be POST"),
        ("DELETE", "/v1/models/coseg", 405, "must be GET"),
        ("BREW", "/v1/models/coseg", 405, "no such method"),
        ("GET", "/v1/models/%2e%2e%2f/versions/1", 404, "no such model"),
    ],
)
def test_addresses(client, method, path, status, said):
    body = json.dumps(GOOD).encode() if method in ("POST", "PUT") else None
    *answer, headers = client.ask(method, path, body)
    assert said in refused(answer, status)
    if status == 405 and method != "BREW":
        assert headers["Allow"] in said


def raw(client, request):
    """Sends bytes as they are; returns all that comes until the connection's end."""
    address = client.parts.hostname, client.parts.port
    with socket.create_connection(address, 30) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(1 << 16), b""))


@pytest.mark.parametrize(
    "header, status",
    [
        (b"", 411),
        (b"Transfer-Encoding: chunked\r\n", 411),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", 411),
        (b"Content-Length: -1\r\n", 400),
        (b"Content-Length: +2\r\n", 400),
        (b"Content-Length: two\r\n", 400),
        (b"Content-Length: 2\r\nContent-Length: 3\r\n", 400),
        (b"Content-Length: 99\r\n", 400),
        (b"Content-Length: %d\r\n" % (64 * 2**20 + 1), 413),
        (b"Content-Length: 999999999999999999\r\n", 413),
        (b"Content-Length: 9999999999999999999999\r\n", 400),
    ],
)
def test_lengths(client, header, status):
    start = b"POST /v1/models/coseg:predict HTTP/1.1\r\nHost: localhost\r\n"
    answer = raw(client, start + header + b"\r\n{}")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status), answer
    assert b"\r\nConnection: close" in head and answer.count(b"HTTP/1.1") == 1
    is_one_sentence(json.loads(body))


@pytest.mark.parametrize("request_line", [b"\0\1\2", b"GET", b"GET / HTTP/9.9"])
def test_what_is_no_http(client, request_line):
    answer = raw(client, request_line + b"\r\n\r\n")
    body = answer.partition(b"\r\n\r\n")[2] or answer
    is_one_sentence(json.loads(body))
