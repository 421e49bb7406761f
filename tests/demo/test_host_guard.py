"""Other names than the page's own are refused before the page sees the request."""

import asyncio

import pytest

from tfcoseg.demo.host_guard import HostGuard


def ask(host, listens_at="127.0.0.1", public_url=None, kind="http"):
    """The status of the answer; 200 is the page's own."""
    sent = []

    async def page(scope, receive, send):
        await send({"status": 200})

    async def send(message):
        sent.append(message)

    guard = HostGuard(page, listens_at, public_url)
    scope = {"type": kind, "headers": [(b"host", host.encode())]}
    asyncio.run(guard(scope, None, send))
    return sent[0]["status"]


@pytest.mark.parametrize(
    "host, status",
    [
        ("127.0.0.1:7860", 200),
        ("localhost:7860", 200),
        ("[::1]:7860", 200),
        ("evil.example", 403),
        ("localhost.evil.example:7860", 403),
        ("[", 403),
    ],
)
def test_this_machine_is_known_by_its_own_names(host, status):
    assert ask(host) == status


def test_behind_a_proxy_its_name_is_known_too():
    url = "https://pictures.example/coseg"
    assert ask("pictures.example", public_url=url) == 200
    assert ask("Pictures.example:443", public_url=url) == 200
    assert ask("127.0.0.1:7860", public_url=url) == 200
    assert ask("other.example", public_url=url) == 403


def test_all_addresses_have_names_that_nobody_knows():
    assert ask("computer.local:7860", listens_at="0.0.0.0") == 200


def test_what_is_no_request_is_let_through():
    assert ask("evil.example", kind="lifespan") == 200
