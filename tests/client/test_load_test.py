"""The load test: what it counts, and that it ends."""

import signal
import threading
import time

import pytest

from tfcoseg.client import Client, LoadReport, RequestError, run_load_test


def report(latencies, seconds=2.0):
    return LoadReport(latencies, {}, {}, seconds)


def test_percentiles_are_latencies_that_occurred():
    hundred = report([number / 100 for number in range(1, 101)])
    assert [hundred.percentile(p) for p in (50, 95, 99, 100)] == [0.5, 0.95, 0.99, 1.0]
    assert report([0.1, 0.2, 0.9]).percentile(50) == 0.2
    assert report([0.1, 0.2, 0.9]).percentile(95) == 0.9
    assert report([]).percentile(50) != report([]).percentile(50)  # NaN
    assert hundred.rate == 50


@pytest.mark.parametrize("requests, concurrency", [(7, 3), (2, 5), (1, 1)])
def test_so_many_requests_are_made_and_no_more(requests, concurrency):
    asked = []
    result = run_load_test(lambda: asked.append(1), requests, concurrency)
    assert len(asked) == result.requests == len(result.latencies) == requests
    assert result.failed == 0 and result.latencies == sorted(result.latencies)
    assert not result.interrupted


def test_so_many_are_under_way_at_once():
    barrier = threading.Barrier(4)  # breaks unless four threads wait together
    assert run_load_test(lambda: barrier.wait(5), 8, 4).requests == 8


def test_errors_are_counted_by_kind_with_the_first_message():
    numbers = iter(range(10))

    def ask():
        number = next(numbers)
        if number % 2:
            raise RequestError(
                f"error {number}", "HTTP 503" if number > 4 else "refused"
            )

    result = run_load_test(ask, 10, 1)
    assert result.errors == {"refused": 2, "HTTP 503": 3}
    assert result.messages == {"refused": "error 1", "HTTP 503": "error 5"}
    assert (result.requests, result.failed, len(result.latencies)) == (10, 5, 5)


def test_any_other_error_ends_the_test():
    asked = []

    def ask():
        asked.append(1)
        time.sleep(0.01)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_load_test(ask, 1000, 2)
    assert len(asked) <= 4


def test_ctrl_c_ends_the_test_at_once_with_what_there_is():
    answered, never = iter([True] * 3), threading.Event()

    def ask():
        if not next(answered, False):
            threading.Timer(0.1, signal.raise_signal, [signal.SIGINT]).start()
            never.wait(10)
            raise RequestError("too late to be counted", "late")

    start = time.monotonic()
    result = run_load_test(ask, 100, 1)
    never.set()
    assert time.monotonic() - start < 3
    assert result.interrupted and result.requests == 3 and result.errors == {}


@pytest.mark.parametrize("numbers", [(0, 1), (1, 0), (10**7, 1), (1, 1000), (1.5, 1)])
def test_numbers_out_of_bounds(numbers):
    with pytest.raises(ValueError, match="whole number from 1 to"):
        run_load_test(lambda: None, *numbers)


def test_against_a_server(server, pair, told):
    server.script = [told(503, code="UNAVAILABLE")] * 3
    with Client(server.url, retries=0) as client:
        question = client.prepare(*pair)
        result = run_load_test(lambda: client.ask(question), 12, 4)
    assert (result.requests, result.failed) == (12, 3)
    assert set(result.errors) <= {"HTTP 503", "UNAVAILABLE"}
    assert len(server.seen) == 12
