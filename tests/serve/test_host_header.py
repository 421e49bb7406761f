"""Web pages cannot read from the server by letting their name stand for it."""

import pytest

from tfcoseg.serve import DevelopmentServer
from tfcoseg.serve.host_header import check_host
from tfcoseg.serve.request_error import RequestError

HERE = ["localhost", "LocalHost:8501", "127.0.0.1", "127.0.0.1:1", "127.8.9.1"]
NUMBERS = ["[::1]", "[::1]:8501", "192.168.1.7:8501"]
ELSEWHERE = ["evil.example", "evil.example:8501", "localhost.evil.example", "", ":8501"]
DISGUISED = ["evil.example@localhost.evil.example", "127.0.0.1.evil.example", "[::1"]


@pytest.mark.parametrize("host", HERE + NUMBERS)
def test_this_machine(client, host):
    assert client.ask("GET", client.parts.path, headers={"Host": host})[0] == 200


@pytest.mark.parametrize("host", ELSEWHERE + DISGUISED)
def test_another_name(client, host):
    for method, path in (("GET", ""), ("POST", ":predict")):
        status, content, _ = client.ask(
            method, client.parts.path + path, headers={"Host": host}
        )
        assert status == 403 and content["error"].endswith(f"the host {host}")


def test_the_name_that_it_was_given(export, client_of):
    with DevelopmentServer(export, host="localhost") as server:
        assert client_of(server).get()[0] == 200
    check_host(["box.lan:8501"], "Box.lan")
    with pytest.raises(RequestError, match="evil"):
        check_host(["box.lan", "evil.example"], "box.lan")


@pytest.mark.parametrize("address", ["0.0.0.0", "::", ""])
def test_who_listens_at_all_addresses_is_called_by_any_name(address):
    check_host(["evil.example"], address)
