"""The server takes on so much and no more, and recovers."""

import http.client
import json
import socket
import threading
import time

import pytest

from tfcoseg.serve import DevelopmentServer, Limits
from tfcoseg.serve.answers import to_body
from tfcoseg.serve.served_model import ServedModel

BODY = json.dumps({"signature_name": "logarithm", "inputs": [[1, 1]]}).encode()
ANSWER = (200, {"outputs": [[0.0, 0.0]]})


class Gate:
    """Holds the model's runs back until it is opened, and counts them."""

    def __init__(self):
        self.open = threading.Event()
        self.running = self.most = 0
        self.lock = threading.Lock()

    def run(self, run):
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
        self.open.wait(30)
        with self.lock:
            self.running -= 1
        return run()

    def wait_for(self, running):
        wait_until(lambda: self.running == running)


def wait_until(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture
def gate(monkeypatch):
    gate, run = Gate(), ServedModel.run

    def held_back(self, *args):
        return gate.run(lambda: run(self, *args))

    monkeypatch.setattr(ServedModel, "run", held_back)
    yield gate
    gate.open.set()


class Asking:
    """A request in a thread of its own."""

    def __init__(self, client, body=BODY):
        self.answer = None
        self.thread = threading.Thread(target=self._ask, args=[client, body])
        self.thread.start()

    def _ask(self, client, body):
        path = client.parts.path + ":predict"
        self.answer = client.ask("POST", path, body)

    def wait(self):
        self.thread.join(30)
        return self.answer


@pytest.fixture
def serve(export, client_of):
    """Starts a server with limits; returns a client of it."""
    servers = []

    def start(report=lambda line: None, **limits):
        servers.append(
            DevelopmentServer(export, limits=Limits(**limits), report=report)
        )
        servers[-1].start()
        return client_of(servers[-1])

    yield start
    for server in servers:
        server.close()


def test_a_full_queue_sends_clients_away_until_there_is_room(serve, gate):
    client = serve(runs=1, waiting=2)
    asking = [Asking(client) for _ in range(5)]
    wait_until(lambda: sum(a.answer is not None for a in asking) == 2)
    for status, content, headers in [a.answer for a in asking if a.answer]:
        assert status == 503 and "queue is full" in content["error"]
        assert int(headers["Retry-After"]) >= 1
    assert client.get()[0] == 200  # the status is told all the same
    gate.open.set()
    answers = [a.wait()[:2] for a in asking]
    assert answers.count(ANSWER) == 3
    assert gate.most == 1
    assert client.post(BODY) == ANSWER


def test_only_so_many_run_at_a_time(serve, gate):
    client = serve(runs=2, waiting=8)
    asking = [Asking(client) for _ in range(6)]
    gate.wait_for(2)
    time.sleep(0.1)
    gate.open.set()
    assert [a.wait()[:2] for a in asking] == [ANSWER] * 6
    assert gate.most == 2


def test_a_run_that_takes_too_long_is_given_up(serve, gate):
    client = serve(runs=1, waiting=2, run_seconds=0.2)
    asking = [Asking(client), Asking(client)]  # one runs, the other waits
    for status, content, _ in [a.wait() for a in asking]:
        assert status == 504 and "longer than 0.2 seconds" in content["error"]
    # It cannot be stopped, and keeps its turn; then the next may run.
    assert client.post(BODY)[0] == 504
    gate.open.set()
    wait_until(lambda: client.post(BODY) == ANSWER)


def test_bodies_are_bounded_by_what_they_announce(serve):
    client = serve(body_bytes=1000)
    assert client.post(BODY + b" " * (1000 - len(BODY))) == ANSWER
    status, content = client.post(BODY + b" " * 1_000_000)
    assert status == 413 and "at most 1,000 bytes" in content["error"]
    assert client.post(BODY) == ANSWER


def test_pixels_in_json_are_bounded(serve, gate):
    gate.open.set()
    client = serve(json_pixels=100)
    image = [[[[1, 2, 3]] * 8] * 8]
    status, content = client.predict(inputs={"image_a": image, "image_b": image})
    assert status == 413 and "more than 100 pixels" in content["error"]
    status, content = client.predict(inputs={"image_a": [0] * 500, "image_b": image})
    assert status == 413
    small = [[[[1, 2, 3]] * 5] * 5]
    assert client.predict(inputs={"image_a": small, "image_b": small})[0] == 200


def test_the_numbers_of_an_answer_are_bounded(serve):
    client = serve(json_numbers=100)
    fits, larger = [[1, 1]] * 50, [[1, 1]] * 51
    answer = client.predict(signature_name="logarithm", inputs=fits)
    assert answer == (200, {"outputs": [[0.0, 0.0]] * 50})
    answer = client.predict(signature_name="logarithm", inputs=larger)
    assert answer[0] == 400 and "at most 100 numbers" in answer[1]["error"]
    # Those of all outputs count together: two masks and two scores.
    for side, status in ((6, 200), (7, 200), (8, 400)):
        image = [[[[1, 2, 3]] * side] * side]
        assert client.predict(inputs={"image_a": image, "image_b": image})[0] == status


def test_the_pixels_of_all_pictures_count_together(serve, encoded):
    client = serve(picture_pixels=4000)
    inputs = {"image_a": [encoded(40, 40)], "image_b": [encoded(60, 40)]}
    assert client.predict(signature_name="serve_bytes", inputs=inputs)[0] == 200
    inputs["image_b"] = [encoded(61, 40, kind="JPEG")]
    answer = client.predict(signature_name="serve_bytes", inputs=inputs)
    assert answer[0] == 400 and "more than 4,000 pixels" in answer[1]["error"]


def connect(client):
    return socket.create_connection((client.parts.hostname, client.parts.port), 10)


START = b"POST /v1/models/coseg:predict HTTP/1.1\r\nContent-Length: 100\r\n"


@pytest.mark.parametrize(
    "sent, status",
    [
        (b"", None),
        (START, None),
        (START + b"\r\n", b"408"),
        (START + b"\r\n{}", b"408"),
    ],
)
def test_a_silent_client_is_cut_off(serve, sent, status):
    client = serve(receive_seconds=0.2)
    with connect(client) as connection:
        connection.sendall(sent)
        answer = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    assert answer.split(b" ")[1:2] == ([status] if status else [])
    assert client.post(BODY) == ANSWER


def test_a_client_that_sends_a_byte_now_and_then_is_cut_off(serve):
    client = serve(receive_seconds=0.3)
    with connect(client) as connection:
        connection.settimeout(0.05)
        started, answer = time.monotonic(), None
        for byte in START + b"\r\n" + b" " * 100:
            connection.send(bytes([byte]))
            try:
                answer = connection.recv(100)
                break
            except TimeoutError:
                continue
        assert answer == b"" and 0.2 < time.monotonic() - started < 3


def test_more_connections_are_turned_away_until_one_ends(serve):
    client = serve(connections=2)
    first, second = connect(client), connect(client)
    with connect(client) as third:
        answer = b"".join(iter(lambda: third.recv(1 << 16), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 ") and b"\r\nRetry-After: 1" in head
    assert b"\r\nContent-Length: %d" % len(body) in head
    assert "too many" in json.loads(body)["error"]
    first.close()
    second.close()
    wait_until(lambda: get_status(client) == 200)


def get_status(client):
    try:
        return client.get()[0]
    except (ConnectionError, http.client.HTTPException):
        return None


@pytest.mark.parametrize(
    "error, status, said",
    [
        ("ResourceExhaustedError", 503, "no room"),
        ("UnavailableError", 503, "no room"),
        ("InternalError", 500, "The model or the server failed"),
        ("UnknownError", 500, "The model or the server failed"),
    ],
)
def test_errors_of_the_model(serve, monkeypatch, error, status, said):
    import tensorflow as tf

    def fail(*args):
        raise getattr(tf.errors, error)(None, None, "secret of node 7")

    lines = []
    client = serve(lines.append)
    with monkeypatch.context() as patch:
        patch.setattr("tfcoseg.serve.served_model.run_signature", fail)
        answer, content, headers = client.ask(
            "POST", client.parts.path + ":predict", BODY
        )
    assert answer == status and said in content["error"]
    assert "secret" not in content["error"]
    assert ("Retry-After" in headers) == (status == 503)
    # Whoever runs the server may know more.
    assert any("secret of node 7" in line for line in lines) == (status == 500)
    assert client.post(BODY) == ANSWER


@pytest.mark.parametrize(
    "place",
    ["parse_body", "check_announced_pixels", "answer_of", "to_body"],
)
def test_memory_that_is_lacking_anywhere(serve, monkeypatch, place):
    def fail(*args):
        raise MemoryError

    client = serve()
    with monkeypatch.context() as patch:
        patch.setattr(f"tfcoseg.serve.service.{place}", fail)
        path = client.parts.path + ":predict"
        status, content, headers = client.ask("POST", path, BODY)
    assert status == 503 and "no room" in content["error"] and headers["Retry-After"]
    assert client.post(BODY) == ANSWER


def test_an_answer_is_written_in_its_turn(serve, monkeypatch):
    gate = Gate()
    client = serve(runs=1, waiting=4)
    monkeypatch.setattr(
        "tfcoseg.serve.service.to_body",
        lambda content: gate.run(lambda: to_body(content)),
    )
    asking = [Asking(client) for _ in range(3)]
    gate.wait_for(1)
    time.sleep(0.1)
    gate.open.set()
    assert [a.wait()[:2] for a in asking] == [ANSWER] * 3
    assert gate.most == 1


def test_requests_under_way_are_answered_at_the_end(export, client_of, gate):
    before = threading.active_count()
    server = DevelopmentServer(export)
    server.start()
    client = client_of(server)
    idle = connect(client)
    asking = Asking(client)
    gate.wait_for(1)
    end = threading.Thread(target=server.close)
    end.start()
    time.sleep(0.2)
    gate.open.set()
    end.join(10)
    assert asking.wait()[:2] == ANSWER
    assert idle.recv(10) == b""
    idle.close()
    with pytest.raises(ConnectionRefusedError):
        client.get()
    wait_until(lambda: threading.active_count() == before)


@pytest.mark.parametrize("name", list(vars(Limits())))
def test_limits_that_allow_nothing(name):
    with pytest.raises(ValueError, match=f"`{name}` must be at least .* -1"):
        Limits(**{name: -1})
