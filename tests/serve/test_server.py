"""How a server starts, where it listens, and what it says if it cannot."""

import socket
import urllib.request
from urllib.parse import urlsplit

import pytest

from tfcoseg.serve import DevelopmentServer


def test_the_example_of_the_docstring(export):
    with DevelopmentServer(export) as server:
        assert urlsplit(server.url).hostname == "127.0.0.1"
        assert urlsplit(server.url).path == "/v1/models/coseg"
        with urllib.request.urlopen(server.url) as answer:
            assert answer.status == 200


def test_another_name(export, client_of):
    with DevelopmentServer(export, name="my-model_2.0") as server:
        assert server.url.endswith("/v1/models/my-model_2.0")
        assert client_of(server).get()[0] == 200


@pytest.mark.parametrize("name", ["", "a/b", "a:predict", "ä", "a b", "a\n"])
def test_a_name_that_fits_in_no_address(export, name):
    with pytest.raises(ValueError, match="must consist of letters"):
        DevelopmentServer(export, name=name)
    with pytest.raises(ValueError, match="must consist of letters"):
        DevelopmentServer(export, labels=["stable", name])


@pytest.mark.parametrize(
    "name, said",
    [
        ("missing", "no folder"),
        ("empty", "a folder without versions"),
        ("empty/file", "no folder"),
    ],
)
def test_a_folder_without_versions(tmp_path, name, said):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "file").write_text("nothing")
    with pytest.raises(ValueError, match=f"tfcoseg export savedmodel.*{said}$"):
        DevelopmentServer(tmp_path / name)


def test_a_version_in_the_place_of_its_folder(export):
    with pytest.raises(ValueError, match=f"pass the one above, {export}[.]"):
        DevelopmentServer(export / "1")


def test_a_port_that_is_taken(export):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(OSError, match=f"port {port} .*another program listens"):
            DevelopmentServer(export, port=port)


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host"])
def test_an_address_of_another_machine(export, host):
    with pytest.raises(OSError, match="Cannot listen at port 0 of"):
        DevelopmentServer(export, host=host)


def test_a_model_that_cannot_be_loaded_frees_the_port(tmp_path):
    (tmp_path / "3").mkdir()
    (tmp_path / "3" / "saved_model.pb").write_bytes(b"nothing of the kind")
    server = DevelopmentServer(tmp_path)
    port = urlsplit(server.url).port
    with pytest.raises(ValueError, match="version 3 cannot be loaded: ."):
        server.start()
    socket.create_server(("127.0.0.1", port)).close()


def test_the_address_of_the_newer_protocol(export, client_of):
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    with DevelopmentServer(export, host="::1") as server:
        assert server.url.startswith("http://[::1]:")
        assert client_of(server).get()[0] == 200
