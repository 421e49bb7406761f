"""The page at an address: what is asked of the machine, and what is left on it."""

import os
import socket
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tfcoseg.demo import PageServer, build_page

# Of gradio's event loops, which it does not close.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")


def get(url, **headers):
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read().decode()


def test_without_gradio_the_error_holds_the_cure(monkeypatch, predictor):
    monkeypatch.setitem(sys.modules, "gradio", None)
    for make in (lambda: PageServer(port=0), lambda: build_page(predictor)):
        with pytest.raises(ImportError, match=r"pip install 'tfcoseg\[demo\]'"):
            make()


def test_a_port_that_is_taken_is_said(monkeypatch):
    pytest.importorskip("gradio", reason="needs the extra [demo]")
    with PageServer(port=0) as server:
        port = int(server.url.rpartition(":")[2].strip("/"))
        with pytest.raises(OSError, match=f"port {port} of 127.0.0.1: another program"):
            PageServer(port=port)


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
def test_an_address_of_six_has_brackets():
    pytest.importorskip("gradio", reason="needs the extra [demo]")
    try:
        server = PageServer("::1", 0)
    except OSError:
        pytest.skip("needs IPv6, which this machine has switched off")
    with server:
        assert server.url.startswith("http://[::1]:")


def test_the_page_names_its_title_and_offers_no_interface_to_programs(serve):
    url = serve().url
    page = get(url)
    assert "What pictures have in common" in page
    assert "https://fonts." not in page and "cdn" not in page
    assert '"named_endpoints":{}' in get(f"{url}gradio_api/info").replace(" ", "")
    with pytest.raises(urllib.error.HTTPError, match="403"):
        get(url, Host="evil.example")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        get(f"{url}docs")


def test_files_of_the_machine_are_not_served(serve, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    with pytest.raises(urllib.error.HTTPError, match="40[34]"):
        get(f"{serve().url}gradio_api/file={secret}")


def test_closing_deletes_the_uploads(serve):
    server = serve()
    url, folder = server.url, Path(os.environ["GRADIO_TEMP_DIR"])
    (folder / "upload.png").write_bytes(b"of a visitor")
    assert "What pictures have" in get(url)
    server.close()
    assert not folder.exists()
    with pytest.raises(OSError):
        get(url)
