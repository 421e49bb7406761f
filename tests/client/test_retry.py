"""Attempts after the first: when, how many, and how much later."""

import email.utils
import time

import pytest

from tfcoseg.client import Client, RequestError, retry
from tfcoseg.client.retry import backoff, with_retries


@pytest.fixture
def clock(monkeypatch):
    """A clock that only waiting moves; returns the waits."""
    waits = []
    monkeypatch.setattr(retry.time, "sleep", waits.append)
    monkeypatch.setattr(retry.time, "monotonic", lambda: 100.0 + sum(waits))
    return waits


def failing(times, **settings):
    """Fails so many times, then answers with the seconds that were left."""
    left = []

    def ask(seconds):
        left.append(seconds)
        if len(left) <= times:
            raise RequestError(f"error {len(left)}", **{"kind": "503", **settings})
        return left

    return ask


def test_waits_double_and_are_shortened_at_random(clock):
    left = with_retries(failing(4, temporary=True), 4, 100)
    assert len(clock) == 4
    for number, wait in enumerate(clock):
        assert 0.5 * 0.25 * 2**number <= wait <= 0.25 * 2**number
    assert left == pytest.approx([100 - sum(clock[:n]) for n in range(5)])


def test_no_wait_is_longer_than_the_longest_nor_the_same_for_all():
    assert all(backoff(number) <= 8 for number in range(30))
    assert len({backoff(3) for _ in range(5)}) == 5


def test_the_number_of_attempts_is_bounded(clock):
    with pytest.raises(RequestError, match=r"error 4 \(tried 4 times\)") as caught:
        with_retries(failing(9, temporary=True), 3, 100)
    assert caught.value.kind == "503" and len(clock) == 3


def test_the_time_is_bounded(clock):
    with pytest.raises(RequestError, match="tried"):
        with_retries(failing(99, temporary=True), 99, 5)
    assert sum(clock) < 5


def test_other_errors_are_final(clock):
    with pytest.raises(RequestError, match="^error 1$"):
        with_retries(failing(1), 5, 100)
    assert clock == []


def test_a_longer_wait_that_the_server_asks_for_is_kept(clock):
    with_retries(failing(1, temporary=True, retry_after=3), 1, 100)
    assert clock == [3]


def test_a_wait_beyond_the_time_is_not_begun(clock):
    with pytest.raises(RequestError):
        with_retries(failing(1, temporary=True, retry_after=30), 1, 20)
    assert clock == []


def test_a_busy_server_answers_the_third_time(server, pair, told, monkeypatch):
    monkeypatch.setattr(retry, "FIRST_DELAY", 0.01)
    server.script = [told(503, b"{}", code="UNAVAILABLE")] * 2
    with Client(server.url) as client:
        assert client.predict(*pair).score == 0.75
    assert len(server.seen) == 3


def test_a_server_that_is_not_there_yet(pair, monkeypatch):
    monkeypatch.setattr(retry, "FIRST_DELAY", 0.01)
    for scheme in ("http", "grpc"):
        with Client(f"{scheme}://127.0.0.1:1", retries=2) as client:
            with pytest.raises(RequestError, match=r"listens.*\(tried 3 times\)"):
                client.predict(*pair)


@pytest.mark.parametrize("as_date", [False, True])
def test_retry_after_is_read_from_the_header(rest, pair, told, as_date):
    wait = email.utils.formatdate(time.time() + 100, usegmt=True) if as_date else "100"
    rest.script = [told(503, headers={"Retry-After": wait})]
    with Client(rest.url, timeout=20) as client:
        with pytest.raises(RequestError, match=r"asks to wait (100|99|98) s"):
            client.predict(*pair)
    assert len(rest.seen) == 1


@pytest.mark.parametrize("nonsense", ["soon", "nan", "-5", "inf", "1e999"])
def test_a_retry_after_that_is_nonsense(rest, pair, told, nonsense, monkeypatch):
    monkeypatch.setattr(retry, "FIRST_DELAY", 0.01)
    rest.script = [told(503, headers={"Retry-After": nonsense})]
    with Client(rest.url, timeout=5) as client:
        if nonsense in ("inf", "1e999"):
            with pytest.raises(RequestError):
                client.predict(*pair)
        else:
            assert client.predict(*pair).score == 0.75
