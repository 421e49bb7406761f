"""`tfcoseg client`: what it asks, writes, prints and counts."""

import importlib.util
import os
import re
import signal
import subprocess
import sys
import time
from inspect import signature
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tfcoseg.cli.main import build_parser, main
from tfcoseg.client import Client, load_test

spec = importlib.util.spec_from_file_location(
    "stand_in", Path(__file__).parent.parent / "client" / "stand_in.py"
)
stand_in = importlib.util.module_from_spec(spec)
spec.loader.exec_module(stand_in)


@pytest.fixture
def server():
    with stand_in.RestStandIn() as server:
        yield server


@pytest.fixture
def pair(tmp_path, square):
    return (
        square(tmp_path / "in" / "a.png", box=(20, 10, 60, 50), size=(100, 80)),
        square(tmp_path / "in" / "b.png", box=(8, 16, 48, 96), size=(64, 128)),
    )


def client(*args):
    return main(["client", *map(str, args)])


def written(folder):
    return sorted(path.name for path in folder.iterdir())


def read(path):
    with Image.open(path) as image:
        return image.mode, np.asarray(image)


def test_masks_are_written_as_by_segment(server, pair, tmp_path, capsys):
    out = tmp_path / "out"
    assert client(*pair, "--url", server.url, "--output", out) == 0
    assert written(out) == ["a_mask.png", "b_mask.png"]
    mode, mask = read(out / "a_mask.png")
    assert mode == "L" and mask.shape == (80, 100)
    expected = np.zeros((80, 100), np.uint8)
    expected[10:50, 20:60] = 255
    np.testing.assert_array_equal(mask, expected)
    said = "common object: 20 % of a.png, 39 % of b.png (probability 0.75)\n"
    assert capsys.readouterr() == (said, "")


def test_a_group_of_pictures(server, pair, square, tmp_path, capsys):
    small = square(tmp_path / "in" / "c.png", box=(4, 4, 16, 16), size=(20, 30))
    out = tmp_path / "out"
    assert client(*pair, small, "--url", server.url, "--output", out, "--cutout") == 0
    assert written(out) == sorted(
        f"{n}_{e}.png" for n in "abc" for e in ("mask", "cutout")
    )
    assert not read(out / "c_mask.png")[1].any() and read(out / "a_mask.png")[1].any()
    said = capsys.readouterr().out
    found = "common object in 2 of 3 pictures; "
    assert said == f"{found}the common object is not in c.png (probability 0.25)\n"


def test_a_load_test_asks_for_two(server, pair, capsys):
    assert client(*pair, pair[0], "--requests", 3, "--url", server.url) == 1
    assert "asks for two pictures. Received: 3" in capsys.readouterr().err
    assert server.seen == []


def test_overlay_and_cutout(server, pair, tmp_path, capsys):
    args = [*pair, "--url", server.url, "--output", tmp_path, "--quiet"]
    assert client(*args, "--overlay", "--cutout") == 0
    endings = ("cutout", "mask", "overlay")
    names = [f"{stem}_{ending}.png" for stem in "ab" for ending in endings]
    assert written(tmp_path) == [*names, "in"]
    assert read(tmp_path / "a_cutout.png")[0] == "RGBA"
    assert capsys.readouterr() == ("", "")


def test_by_grpc(pair, tmp_path):
    pytest.importorskip("grpc", reason="gRPC is an extra: pip install 'tfcoseg[grpc]'")
    with stand_in.GrpcStandIn() as server:
        url = f"http://127.0.0.1:{server.port}"
        assert client(*pair, "--grpc", "--url", url, "--output", tmp_path) == 0
    assert len(server.seen) == 1 and (tmp_path / "b_mask.png").exists()


def test_what_is_asked_is_chosen_by_arguments(server, pair, tmp_path):
    args = [*pair, "--url", server.url, "--output", tmp_path, "--label", "canary"]
    args += ["--signature", "serving_default", "--size", 40, "--threshold", 0.0]
    assert client(*args) == 0
    ((path, _, body),) = server.seen
    assert path == "/v1/models/coseg/labels/canary:predict"
    assert b'"signature_name": "serving_default"' in body
    assert (read(tmp_path / "a_mask.png")[1] == 255).all()


def test_nothing_is_asked_for_if_a_file_exists(server, pair, tmp_path, capsys):
    (tmp_path / "a_mask.png").write_text("kept")
    args = [*pair, "--url", server.url, "--output", tmp_path]
    assert client(*args) == 1
    assert "a_mask.png exists already" in capsys.readouterr().err
    assert server.seen == [] and (tmp_path / "a_mask.png").read_text() == "kept"
    assert client(*args, "--overwrite") == 0


def test_nothing_is_left_behind_by_an_error(server, pair, tmp_path, capsys):
    server.script = [stand_in.Told(400, b'{"error": "image_a is damaged"}')]
    out = tmp_path / "new" / "out"
    assert client(*pair, "--url", server.url, "--output", out) == 1
    error = capsys.readouterr().err
    assert error.startswith("tfcoseg client: error: ") and error.count("\n") == 1
    assert "HTTP 400: image_a is damaged" in error
    assert written(tmp_path) == ["in"]


def test_a_folder_that_cannot_be_made_is_found_before_anything_is_asked(
    server, pair, tmp_path, capsys
):
    (tmp_path / "file").write_text("in the way")
    out = tmp_path / "file" / "out"
    assert client(*pair, "--url", server.url, "--output", out) == 1
    assert "cannot be written to" in capsys.readouterr().err and server.seen == []


def test_no_server(pair, tmp_path, capsys):
    args = [*pair, "--url", "http://127.0.0.1:1", "--output", tmp_path]
    assert client(*args, "--retries", 0) == 1
    assert "No server listens at 127.0.0.1:1" in capsys.readouterr().err


def test_a_busy_server_is_asked_again(server, pair, tmp_path, monkeypatch):
    monkeypatch.setattr("tfcoseg.client.retry.FIRST_DELAY", 0.01)
    server.script = [stand_in.Told(503, b"{}")] * 2
    assert client(*pair, "--url", server.url, "--output", tmp_path) == 0
    assert len(server.seen) == 3


def test_a_load_test_prints_its_figures(server, pair, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    args = [*pair, "--url", server.url, "--requests", 12, "--concurrency", 3]
    assert client(*args) == 0
    out, err = capsys.readouterr()
    number = r"\d+\.\d"
    assert re.fullmatch(
        "requests: 12, at once: 3\nfailed: 0\n"
        rf"seconds: {number}\d, answers per second: {number}"
        rf"\nms: p50 {number}, p95 {number}, p99 {number}\n",
        out,
    )
    assert err == "" and len(server.seen) == 12 and written(tmp_path) == ["in"]


def test_a_load_test_counts_errors_and_fails(server, pair, capsys):
    server.script = [stand_in.Told(503, b'{"error": "busy"}')] * 2
    server.script += [stand_in.Told(400, b'{"error": "bad"}')]
    assert client(*pair, "--url", server.url, "--requests", 5) == 1
    out, err = capsys.readouterr()
    assert "requests: 5, at once: 1\nfailed: 3 (HTTP 503: 2, HTTP 400: 1)\n" in out
    assert "HTTP 503: The server at" in err and "busy" in err and err.count("\n") == 2


def test_a_load_test_without_any_answer_has_no_latencies(pair, capsys):
    args = [*pair, "--url", "http://127.0.0.1:1", "--requests", 3]
    assert client(*args) == 1
    out = capsys.readouterr().out
    assert "failed: 3 (refused: 3)" in out and "p50" not in out


def test_ctrl_c_ends_a_load_test_with_the_figures_so_far(server, pair, tmp_path):
    server.script = [stand_in.Told()] * 2 + [stand_in.Told(delay=8)] * 3
    args = ["client", *pair, "--url", server.url, "--concurrency", "3"]
    code = f"import sys; from tfcoseg.cli.main import main; sys.exit(main({args}))"
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        wait_until(lambda: len(server.seen) == 5)  # all three wait for an answer
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert time.monotonic() - start < 4 and process.returncode == 130
    assert out.startswith("requests: 2, at once: 3 (interrupted)\nfailed: 0\n")
    assert "p50" in out and err == ""


def wait_until(happened, seconds=20):
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize(
    "args, message",
    [
        (["--timeout", "0"], "seconds above 0"),
        (["--timeout", "soon"], "seconds above 0"),
        (["--timeout", "86401"], "at most a day"),
        (["--version", "1", "--label", "x"], "not allowed with"),
        (["--concurrency", "1000"], "at most 256"),
        (["--signature", "encode"], "invalid choice"),
    ],
)
def test_arguments_that_do_not_fit(args, message, capsys):
    with pytest.raises(SystemExit) as end:
        client("a.png", "b.png", *args)
    assert end.value.code == 2 and message in capsys.readouterr().err


def test_the_defaults_are_those_of_the_client():
    args = build_parser("client").parse_args(["client", "a.jpg", "b.jpg"])
    defaults = signature(Client).parameters
    for name in ("model", "signature", "timeout", "threshold", "version", "label"):
        assert getattr(args, name) == defaults[name].default
    assert args.size == defaults["working_size"].default
    assert args.retries is None


def test_proxies_are_not_used_and_the_help_says_so(
    server, pair, tmp_path, monkeypatch, capsys
):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert client(*pair, "--url", server.url, "--output", tmp_path) == 0
    with pytest.raises(SystemExit):
        client("--help")
    said = " ".join(capsys.readouterr().out.split())
    assert "Proxies that the environment names are not used" in said
    assert "without the look-up of the server's name" in said


def test_the_limits_are_those_of_the_load_test(capsys):
    most = [load_test.MAX_CONCURRENCY, load_test.MAX_REQUESTS]
    for option, limit in zip(("--concurrency", "--requests"), most):
        parse = build_parser("client").parse_args
        parse(["client", "a", "b", option, str(limit)])
        with pytest.raises(SystemExit):
            parse(["client", "a", "b", option, str(limit + 1)])


LOOK = """
import sys
heavy = ("tensorflow", "keras", "grpc", "google.protobuf")

def look(event, arguments):
    if event == "socket.connect":
        print(event, [name for name in heavy if name in sys.modules], flush=True)

sys.addaudithook(look)
from tfcoseg.cli.main import main
main(sys.argv[1:])
print("end", [name for name in heavy if name in sys.modules])
"""


def test_the_whole_command_goes_without_tensorflow(server, pair, tmp_path):
    """So that it starts at once; `tfcoseg benchmark --only client` tells how soon."""
    args = ["client", *pair, "--url", server.url, "--output", str(tmp_path), "--quiet"]
    out = subprocess.check_output([sys.executable, "-c", LOOK, *args], text=True)
    lines = out.splitlines()
    assert set(lines) == {"socket.connect []", "end []"}
    assert os.listdir(tmp_path)
