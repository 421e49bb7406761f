"""A request may name what was uploaded, and neither other files nor addresses."""

import json
import sys
import urllib.request

import pytest

# Of gradio's event loops, which it does not close.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")

LOOKED_UP = []


def _look(event, arguments):
    if event == "socket.getaddrinfo":
        LOOKED_UP.append(arguments[0])


@pytest.fixture(scope="module", autouse=True)
def hook():
    """Every look-up of a name in this process; a hook cannot be taken away."""
    sys.addaudithook(_look)


def call(url, event, data):
    """Sets an event of the page off, as its script does; returns all that it says."""
    config = json.loads(urllib.request.urlopen(f"{url}config", timeout=30).read())
    number = next(
        number
        for number, dependency in enumerate(config["dependencies"])
        if len(dependency["inputs"]) == len(data) and event(config, dependency)
    )
    body = {"data": data, "fn_index": number, "session_hash": "visitor"}
    request = urllib.request.Request(
        f"{url}gradio_api/queue/join",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=30).read()
    events = f"{url}gradio_api/queue/data?session_hash=visitor"
    said = []
    with urllib.request.urlopen(events, timeout=30) as answer:
        for line in answer:
            if line.startswith(b"data: "):
                said.append(json.loads(line[6:]))
                if said[-1]["msg"] in ("process_completed", "unexpected_error"):
                    return said[-1]


def targets(label):
    """The event of the control that is called so."""

    def is_it(config, dependency):
        labels = {c["id"]: c["props"].get("value") for c in config["components"]}
        labels |= {
            c["id"]: c["props"]["label"]
            for c in config["components"]
            if c["props"].get("label")
        }
        return any(labels.get(target) == label for target, _ in dependency["targets"])

    return is_it


def file(path, **more):
    return {"path": str(path), "meta": {"_type": "gradio.FileData"}, **more}


@pytest.mark.parametrize("more", [{}, {"is_stream": True}])
def test_another_file_of_the_machine_is_neither_kept_nor_shown(serve, draw, more):
    url, secret = serve().url, draw("secret.png")
    for label, data in (
        ("Add pictures", [None, [file(secret, **more)]]),
        ("Find the common object", [[file(secret, **more)] * 2, 0.5, "Transparent"]),
        ("Find the common object", [None, file(secret, **more), "Transparent"]),
    ):
        said = call(url, targets(label), data)
        assert not said["success"]
        assert "secret" not in json.dumps(said)


def test_no_other_machine_is_asked(serve):
    url = serve().url
    picture = file("http://elsewhere.example/a.png")
    for label, data in (
        ("Add pictures", [None, [picture]]),
        ("Find the common object", [[picture, picture], 0.5, "Transparent"]),
        ("Find the common object", [None, picture, "Transparent"]),
    ):
        assert not call(url, targets(label), data)["success"]
    assert "elsewhere.example" not in LOOKED_UP


def test_uploads_may_be_named(serve, draw, predictor):
    url = serve().url
    boundary = "boundary"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="files"; '
        f'filename="{path.name}"\r\nContent-Type: image/png\r\n\r\n'.encode()
        + path.read_bytes()
        + b"\r\n"
        for path in (draw("a.png"), draw("b.png"))
    ]
    request = urllib.request.Request(
        f"{url}gradio_api/upload",
        b"".join(parts) + f"--{boundary}--\r\n".encode(),
        {"Content-Type": f"multipart/form-data; boundary={boundary}"},
    )
    paths = json.loads(urllib.request.urlopen(request, timeout=30).read())
    assert len(paths) == 2
    data = [list(map(file, paths)), 0.5, "Transparent"]
    assert call(url, targets("Find the common object"), data)["success"]
    assert call(url, targets("Add pictures"), [None, list(map(file, paths))])["success"]
