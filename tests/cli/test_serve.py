"""`tfcoseg serve` as a person runs it: a process, a ready line, and Ctrl-C."""

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import pytest

from tfcoseg.cli.main import build_parser, main

ENDING = "ending; once more ends at once"
READY = r"ready at (http://127\.0\.0\.1:(\d+)/v1/models/coseg)\n"


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    """A folder with a version of a model that doubles numbers, or takes for ever."""
    import tensorflow as tf

    class Double(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec((None,), tf.float32, name="x")])
        def double(self, x):
            return {"y": 2 * x}

        @tf.function(input_signature=[tf.TensorSpec((None,), tf.float32, name="x")])
        def endless(self, x):
            square = tf.fill((1000, 1000), x[0])
            # An operation that TensorFlow gives to threads of its own, again and again.
            step = [lambda a: a[0, 0] > 0, lambda a: [tf.nn.softmax(a @ a)], [square]]
            return {"y": tf.while_loop(*step)[0]}

    folder, model = tmp_path_factory.mktemp("export"), Double()
    tf.saved_model.save(
        model,
        str(folder / "1"),
        signatures={"serving_default": model.double, "endless": model.endless},
    )
    return folder


@pytest.fixture
def start():
    """Starts the command; whatever still runs is ended after the test."""
    processes = []
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TF_")}

    def start(*args):
        command = [sys.executable, "-m", "tfcoseg", "serve", *map(str, args)]
        pipe = subprocess.PIPE
        processes.append(
            subprocess.Popen(
                command, stdout=pipe, stderr=pipe, text=True, env=environment
            )
        )
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def ask(url, x, **more):
    body = json.dumps({"inputs": x, **more}).encode()
    request = urllib.request.Request(url + ":predict", body)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def test_from_the_ready_line_to_ctrl_c(start, export):
    process = start(export, "--port", 0)
    ready = re.fullmatch(READY, process.stdout.readline())
    assert ready, process.communicate()
    url, port = ready.groups()
    assert ask(url, [1, 2.5]) == {"outputs": [2.0, 5.0]}
    with pytest.raises(urllib.error.HTTPError, match="400"):
        ask(url, ["\r\n\033[31m"])
    second = start(export, "--port", port)
    out, err = second.communicate(timeout=60)
    assert second.returncode == 1 and out == ""
    assert err == (
        f"tfcoseg serve: error: Cannot listen at port {port} of 127.0.0.1: another "
        "program listens there; choose another port, or 0\n"
    )
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, "")
    lines = err.splitlines()
    assert lines[0] == "for development, not for production"
    assert lines[-1] == ENDING
    for line, status in zip(lines[1:-1], (200, 400), strict=True):
        request = '"POST /v1/models/coseg:predict HTTP/1.1"'
        assert re.fullmatch(
            rf"127\.0\.0\.1 {request} {status}, \d+ bytes in \d+\.\d\d\d s", line
        )


@pytest.fixture
def busy(start, export):
    """A process that runs a model which does not come to an end."""
    process = start(export, "--port", 0)
    url = re.fullmatch(READY, process.stdout.readline())[1]

    def ask_in_vain():
        with contextlib.suppress(OSError, http.client.HTTPException):
            ask(url, [1], signature_name="endless")

    thread = threading.Thread(target=ask_in_vain)
    thread.start()
    time.sleep(1)  # for the request to get there
    assert thread.is_alive()
    yield process
    process.kill()
    thread.join()


def test_ctrl_c_does_not_wait_for_ever(busy):
    started = time.monotonic()
    busy.send_signal(signal.SIGINT)
    assert busy.stderr.readline() == "for development, not for production\n"
    assert busy.stderr.readline() == ENDING + "\n"
    assert time.monotonic() - started < 2
    assert busy.wait(15) == 0  # five seconds, and what a loaded machine adds


def test_the_second_ctrl_c_ends_at_once(busy):
    busy.send_signal(signal.SIGINT)
    while busy.stderr.readline() != ENDING + "\n":
        pass
    started = time.monotonic()
    busy.send_signal(signal.SIGINT)
    assert busy.wait(3) == -signal.SIGINT
    assert time.monotonic() - started < 3


def test_a_quiet_one_that_is_told_to_end(start, export):
    process = start(export, "--port", 0, "--quiet", "--name", "coseg")
    ready = re.fullmatch(READY, process.stdout.readline())
    assert ready, process.communicate()
    assert ask(ready[1], [1]) == {"outputs": [2.0]}
    process.terminate()
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "", "")


def test_a_folder_without_versions_is_said_in_a_line(tmp_path, capsys):
    assert main(["serve", str(tmp_path), "--port", "0"]) == 1
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1
    assert f"Received: {tmp_path}, a folder without versions" in captured.err


def test_a_damaged_version_is_said_in_a_line(tmp_path, capfd):
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "saved_model.pb").write_bytes(b"nothing of the kind")
    assert main(["serve", str(tmp_path), "--port", "0"]) == 1
    captured = capfd.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1
    assert "version 1 cannot be loaded" in captured.err


@pytest.mark.parametrize(
    "arguments, said",
    [
        ([], "DIR"),
        (["x", "--port", "65536"], "at most 65535"),
        (["x", "--port", "http"], "must be a whole number"),
        (["x", "--runs", "0"], "at least 1"),
        (["x", "--queue", "-1"], "at least 0"),
    ],
)
def test_a_wrong_command_line(arguments, said, capsys):
    with pytest.raises(SystemExit) as end:
        main(["serve", *arguments])
    assert end.value.code == 2
    assert said in capsys.readouterr().err


def test_the_arguments_reach_the_server(monkeypatch):
    from tfcoseg.cli import serve
    from tfcoseg.serve import Limits

    given = []
    monkeypatch.setattr(
        "tfcoseg.serve.DevelopmentServer", lambda *args: given.append(args)
    )

    def parse(*args):
        serve._server(build_parser("serve").parse_args(["serve", "models", *args]))
        return given.pop()

    folder, name, host, port, limits, labels, _ = parse()
    assert (str(folder), name, host, port) == ("models", "coseg", "127.0.0.1", 8501)
    assert (limits, labels) == (Limits(), [])
    args = "--host ::1 --port 0 --name dog --label stable --label canary --runs 3"
    more = "--queue 5 --max-body 2 --max-pixels 7 --timeout 9"
    folder, name, host, port, limits, labels, _ = parse(*args.split(), *more.split())
    assert (name, host, port, labels) == ("dog", "::1", 0, ["stable", "canary"])
    assert limits == Limits(
        body_bytes=2 * 2**20, picture_pixels=7, runs=3, waiting=5, run_seconds=9
    )


def test_the_help_says_what_it_is_for(capsys):
    with pytest.raises(SystemExit):
        main(["serve", "--help"])
    out = capsys.readouterr().out
    assert "for development" in out and "not for production" in out
    assert "the most that an export with in-graph batching can put together" in (
        " ".join(out.split())
    )
