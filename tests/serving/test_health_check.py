"""The health check of docker-compose.yml, run against stand-ins for the server."""

import http.server
import json
import shutil
import subprocess
import threading

import pytest

LOADED = {"version": "1", "state": "AVAILABLE", "status": {"error_code": "OK"}}
FAILED = {"version": "2", "state": "END", "status": {"error_code": "INVALID_ARGUMENT"}}
LOADING = {"version": "1", "state": "LOADING", "status": {"error_code": "OK"}}


@pytest.fixture
def server():
    """Answers each request with `server.answer`, a status and the text of a body."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # keeps the connection open unless asked not to

        def do_GET(self):
            self.server.asked.append(self.path)
            status, body = self.server.answer
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def check(serving, port):
    """The exit code of the health check, with the server at another port."""
    if shutil.which("bash") is None:
        pytest.skip("bash is missing, which the images have")
    kind, *command = serving.services()["server"]["healthcheck"]["test"]
    assert kind == "CMD" and "/8501" in command[-1]
    command[-1] = command[-1].replace("/8501", f"/{port}")
    return subprocess.run(command, capture_output=True, timeout=20).returncode


def status_of(*versions):
    """What TensorFlow Serving says of a model: 200, whatever became of it."""
    return 200, json.dumps({"model_version_status": list(versions)}, indent=1)


@pytest.mark.parametrize("versions", [[LOADED], [FAILED, LOADED]])
def test_a_server_that_answers_is_healthy(versions, server, serving):
    server.answer = status_of(*versions)
    assert check(serving, server.server_port) == 0
    assert server.asked == ["/v1/models/coseg"]


@pytest.mark.parametrize(
    "answer",
    [
        status_of(FAILED),
        status_of(LOADING),
        status_of(),
        (404, '{"error": "Could not find any versions of model coseg"}'),
    ],
    ids=["failed", "loading", "none", "unknown"],
)
def test_a_server_without_the_model_is_not(answer, server, serving):
    server.answer = answer
    assert check(serving, server.server_port) != 0


def test_a_port_where_nobody_answers_is_not(server, serving):
    server.shutdown()
    server.server_close()
    assert check(serving, server.server_port) != 0
