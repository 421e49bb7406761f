"""Every error of the contract is said in one clear line."""

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from tfcoseg.client import Client, RequestError
from tfcoseg.client.address import Target, parse_url
from tfcoseg.client.errors import one_line
from tfcoseg.client.grpc import GrpcTransport
from tfcoseg.client.rest import RestTransport


def error_of(pair, url, **settings):
    with Client(url, **{"retries": 0, "timeout": 20, **settings}) as client:
        with pytest.raises(RequestError) as caught:
            client.predict(*pair)
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.fixture
def free_port():
    """A port at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    return port


@pytest.fixture
def silent_port():
    """A port that takes connections and says nothing."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


@pytest.mark.parametrize("scheme", ["http", "grpc"])
def test_nobody_listens(pair, free_port, scheme):
    error = error_of(pair, f"{scheme}://127.0.0.1:{free_port}")
    assert error.kind == "refused" and error.temporary
    assert f"No server listens at 127.0.0.1:{free_port}. Start one" in str(error)


@pytest.mark.parametrize("scheme", ["http", "grpc"])
def test_no_such_host(pair, scheme):
    error = error_of(pair, f"{scheme}://no-such-host.invalid:8501")
    assert error.kind == "unreachable"
    assert "cannot be reached at no-such-host.invalid:8501; check" in str(error)


def test_no_answer_in_time(server, pair, told):
    server.script = [told(delay=1.5)]
    start = time.monotonic()
    error = error_of(pair, server.url, timeout=0.4, retries=3)
    assert time.monotonic() - start < 1.2
    assert error.kind == "time-out" and "not answered in time" in str(error)
    assert "--timeout" in str(error)


@pytest.mark.parametrize("scheme", ["http", "grpc"])
def test_a_port_that_says_nothing(pair, silent_port, scheme):
    start = time.monotonic()
    error = error_of(pair, f"{scheme}://127.0.0.1:{silent_port}", timeout=0.4)
    assert time.monotonic() - start < 2
    assert error.kind == "time-out"


def test_an_answer_that_drips_is_no_answer_in_time(rest, pair, monkeypatch, told):
    handler = rest.RequestHandlerClass

    def drip(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(40):  # each byte comes well within the time-out
            self.wfile.write(b" ")
            time.sleep(0.05)

    monkeypatch.setattr(handler, "do_POST", drip)
    start = time.monotonic()
    assert error_of(pair, rest.url, timeout=0.5).kind == "time-out"
    assert time.monotonic() - start < 1.2


def test_the_servers_own_sentence_is_passed_on(server, pair, told):
    sentence = "image_a[0] is no JPEG or PNG"
    if server.url.startswith("http"):
        server.script = [told(400, json.dumps({"error": sentence}).encode())]
    else:
        server.script = [told(code="INVALID_ARGUMENT", body=sentence.encode())]
    error = error_of(pair, server.url, retries=3)
    assert sentence in str(error) and "check" not in str(error)
    assert error.kind in ("HTTP 400", "INVALID_ARGUMENT")
    assert len(server.seen) == 1  # it would not be answered a second time either


def test_a_damaged_picture_is_named(server, pair, tmp_path):
    damaged = tmp_path / "half.jpg"
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(damaged)
    damaged.write_bytes(damaged.read_bytes()[:2000])
    for files in ((pair[0], damaged), (damaged, pair[1])):
        error = error_of(files, server.url)
        assert "half.jpg: image file is truncated" in str(error)
        assert pair[0].name not in str(error) and pair[1].name not in str(error)
        assert error.kind in ("HTTP 400", "INVALID_ARGUMENT")


def test_no_such_model(server, pair):
    error = error_of(pair, server.url, model="cosegg", retries=3)
    assert error.kind in ("HTTP 404", "NOT_FOUND") and "cosegg" in str(error)
    assert "check the address, and the model's name, version and label" in str(error)
    assert len(server.seen) == 1


def test_no_such_version_or_label(server, pair):
    for choice in ({"version": 7}, {"label": "x"}):
        error = error_of(pair, server.url, **choice)
        assert "Servable not found" in str(error)
        assert "and the model's name, version and label" in str(error)


def test_a_label_that_the_server_has_not_been_told_of(rest, pair, told):
    rest.script = [told(400, b'{"error": "Unrecognized servable version label: x"}')]
    error = error_of(pair, rest.url, label="x")
    assert "has the server been told of this label" in str(error)


def test_no_such_signature(rest, grpc_server):
    # As of a model that was exported without the signature.
    target = Target("coseg", "old")
    for server, kind in ((rest, RestTransport), (grpc_server, GrpcTransport)):
        transport = kind(parse_url(server.url), target)
        with pytest.raises(RequestError, match="does the model.*this signature?"):
            transport.predict({}, 10)
        transport.close()


@pytest.mark.parametrize(
    "status, hint",
    [
        (401, "credentials"),
        (405, "REST port, 8501"),
        (413, "larger than the server takes"),
        (415, "REST port, 8501"),
        (429, "ask less often"),
        (502, "is the server running"),
        (503, "overloaded, or still loads"),
        (504, "--rest_api_timeout_in_ms"),
        (500, ""),
        (301, ""),
    ],
)
def test_other_statuses_are_explained(rest, pair, told, status, hint):
    rest.script = [told(status, b"<html>from a proxy</html>")]
    error = error_of(pair, rest.url)
    assert f"HTTP {status}" in str(error) and hint in str(error)
    assert error.kind == f"HTTP {status}" and "<html>" not in str(error)
    assert error.temporary == (status == 503)


def test_what_a_server_says_itself_is_not_guessed(rest, pair, told):
    rest.script = [told(503, b'{"error": "busy"}', {"Retry-After": "30"})]
    message = str(error_of(pair, rest.url))
    assert message.endswith("answered HTTP 503: busy; asks to wait 30 s")


@pytest.mark.parametrize(
    "code, hint",
    [
        ("UNAUTHENTICATED", "credentials"),
        ("RESOURCE_EXHAUSTED", ""),
        ("UNIMPLEMENTED", "gRPC port, 8500"),
        ("UNAVAILABLE", ""),
        ("INTERNAL", ""),
    ],
)
def test_other_codes_are_explained(grpc_server, pair, told, code, hint):
    grpc_server.script = [told(code=code, body=b"the sentence")]
    error = error_of(pair, grpc_server.url)
    assert code in str(error) and hint in str(error) and "the sentence" in str(error)
    assert error.temporary == (code == "UNAVAILABLE")


def test_a_server_whose_threads_are_all_at_work_is_asked_again(
    grpc_server, pair, told, monkeypatch
):
    """Not so one for which the pictures are too large, by the same code."""
    from tfcoseg.client import retry

    monkeypatch.setattr(retry, "FIRST_DELAY", 0.001)
    monkeypatch.setattr(retry, "MAX_DELAY", 0.01)
    busy = told(code="RESOURCE_EXHAUSTED", body=b"Server Threadpool Exhausted")
    grpc_server.script = [busy] * 12
    with Client(grpc_server.url) as client:
        assert client.predict(*pair).score == 0.75
    large = told(code="RESOURCE_EXHAUSTED", body=b"Received message larger than max")
    grpc_server.script = [large]
    error = error_of(pair, grpc_server.url)
    assert not error.temporary and "larger than max" in str(error)
    assert grpc_server.script == []


def test_many_callers_of_a_server_with_few_threads(grpc_server, pair, told):
    """Each gets its answer, at the client's defaults."""
    busy = told(code="RESOURCE_EXHAUSTED", body=b"Server Threadpool Exhausted")
    grpc_server.script = [busy] * 80
    with Client(grpc_server.url) as client, ThreadPoolExecutor(50) as callers:
        answers = list(callers.map(lambda _: client.predict(*pair), range(50)))
    assert [answer.score for answer in answers] == [0.75] * 50


def test_names_of_nodes_are_cut_off(rest, pair, told):
    sentence = "image_a must be a picture.\\n\\t [[{{node Assert}}]]\\n\\t [[x]]"
    rest.script = [told(400, f'{{"error": "{sentence}"}}'.encode())]
    message = str(error_of(pair, rest.url))
    assert message.endswith("answered HTTP 400: image_a must be a picture.")


def test_a_body_that_is_refused_unread(rest, told, square):
    large = square("large.png", (2000, 2000), (0, 0, 1, 1), compress_level=0)
    sentence = b'{"error": "the body is too large"}'
    rest.script = [told(413, sentence, headers={"Connection": "early"})]
    error = error_of((large, large), rest.url)
    assert error.kind == "HTTP 413" and "the body is too large" in str(error)


def test_the_server_hangs_up(rest, pair, told):
    for hang_up in (True, "half"):
        rest.script = [told(hang_up=hang_up)]
        error = error_of(pair, rest.url)
        assert error.kind == "broken off" and "broke off" in str(error)


def test_rest_asked_at_a_grpc_port_and_the_other_way(rest, grpc_server, pair):
    place = f"127.0.0.1:{grpc_server.port}"
    error = error_of(pair, f"http://{place}", timeout=5, retries=3)
    assert error.kind == "port"
    assert str(error).startswith(f"The server at {place} speaks no HTTP; ")
    assert "8501" in str(error) and "tried" not in str(error)
    error = error_of(pair, rest.url.replace("http", "grpc"), timeout=5, retries=3)
    assert error.kind == "port" and "speaks no gRPC; " in str(error)
    assert "8500" in str(error) and "tried" not in str(error)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>login</html>",
        b"[1, 2]",
        b'{"predictions": []}',
        b'{"outputs": 3}',
        b'{"outputs": {"mask_a_bytes": [{"b64": "?"}]}}',
        b'{"outputs": {"mask_a_bytes": [{"b65": "AAAA"}]}}',
        b'{"outputs": {"score_a": [[1], [1, 2]]}}',
        b"[" * 100_000,
    ],
)
def test_an_answer_that_is_none(rest, pair, told, body):
    rest.script = [told(200, body)]
    error = error_of(pair, rest.url)
    assert error.kind == "answer" and len(str(error)) < 200
    assert 'should hold JSON like {"outputs":' in str(error)


def test_a_message_that_is_none(grpc_server, pair, told):
    grpc_server.script = [told(body=b"<html>")]
    error = error_of(pair, grpc_server.url)
    assert error.kind == "answer" and "PredictResponse" in str(error)


def test_an_endless_answer_is_bounded(rest, pair, told, monkeypatch):
    monkeypatch.setattr("tfcoseg.client.rest.MAX_ANSWER", 100_000)
    rest.script = [told(200, b" " * 200_000)]
    error = error_of(pair, rest.url)
    assert "at most 100,000 bytes" in str(error)


@pytest.mark.parametrize(
    "text, line",
    [
        ("two\nlines", "two lines"),
        ("a\x1b[31m colour", "a?[31m colour"),
        ("x" * 400, "x" * 297 + "..."),
    ],
)
def test_a_servers_words_are_made_fit_for_a_terminal(text, line):
    assert one_line(text) == line
