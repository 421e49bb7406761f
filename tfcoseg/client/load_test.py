"""How fast a server answers, and how well, when it is asked by many at once."""

import itertools
import math
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tfcoseg.client.errors import RequestError

MAX_CONCURRENCY, MAX_REQUESTS = 256, 1_000_000

# Seconds: a wait without an end is not interrupted by Ctrl-C on every system.
_LOOK = 0.2


@dataclass(frozen=True)
class LoadReport:
    """What came of many requests.

    Attributes:
        latencies: seconds from each question that was answered to its masks, ascending.
        errors: how many questions were not answered, by kind of error.
        messages: the first message of each kind.
        seconds: from the first question to the last answer.
        interrupted: whether Ctrl-C ended the test before all questions were asked.

    Example:

    >>> report = LoadReport([0.1, 0.2, 0.4], {"busy": 1}, {"busy": "503"}, seconds=2.0)
    >>> report.requests, report.rate, report.percentile(50)
    (4, 1.5, 0.2)
    """

    latencies: list[float]
    errors: dict[str, int]
    messages: dict[str, str]
    seconds: float
    interrupted: bool = False

    @property
    def failed(self) -> int:
        """How many questions were not answered."""
        return sum(self.errors.values())

    @property
    def requests(self) -> int:
        """How many questions were asked."""
        return len(self.latencies) + self.failed

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.latencies) / self.seconds

    def percentile(self, percent: float) -> float:
        """The latency that so many per cent of the answers did not exceed; or NaN."""
        if not self.latencies:
            return math.nan
        rank = math.ceil(percent / 100 * len(self.latencies))
        return self.latencies[max(rank, 1) - 1]


def run_load_test(
    ask: Callable[[], Any], requests: int, concurrency: int
) -> LoadReport:
    """Asks again and again, from several threads, each as soon as it has its answer.

    Ctrl-C ends the test at once: the report is of what was answered until then, and
    threads that still wait for an answer are left to themselves.

    Args:
        ask: asks once; a `RequestError` from it is counted, any other ends the test.
        requests: how many questions are asked in all, at most 1,000,000.
        concurrency: how many are under way at the same time, at most 256.

    Example:

    >>> report = run_load_test(lambda: None, requests=20, concurrency=4)
    >>> report.requests, report.failed
    (20, 0)
    """
    _check_number("requests", requests, MAX_REQUESTS)
    _check_number("concurrency", concurrency, MAX_CONCURRENCY)
    numbers, stop = itertools.count(), threading.Event()
    latencies, errors, others = [], [], []

    def work():
        try:
            while next(numbers) < requests and not stop.is_set():
                _ask_once(ask, latencies, errors)
        except BaseException as error:  # whatever ends the test ends it for all threads
            others.append(error)
            stop.set()

    start = time.perf_counter()
    # Daemons do not keep the program from ending while they wait.
    threads = [
        threading.Thread(target=work, daemon=True)
        for _ in range(min(concurrency, requests))
    ]
    interrupted = _run(threads, stop)
    if others:
        raise others[0]
    seconds = time.perf_counter() - start
    return _report(latencies[:], errors[:], seconds, interrupted)


def _ask_once(ask, latencies, errors):
    start = time.perf_counter()
    try:
        ask()
    except RequestError as error:
        errors.append(error)
    else:
        latencies.append(time.perf_counter() - start)


def _run(threads, stop):
    """Runs to the end of all threads, or to Ctrl-C; returns whether it was that."""
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(_LOOK)
    except KeyboardInterrupt:
        stop.set()
        return True
    return False


def _report(latencies, errors, seconds, interrupted):
    messages = {error.kind: str(error) for error in reversed(errors)}
    counts = Counter(error.kind for error in errors)
    return LoadReport(sorted(latencies), dict(counts), messages, seconds, interrupted)


def _check_number(name, number, most):
    if not isinstance(number, int) or not 1 <= number <= most:
        raise ValueError(
            f"`{name}` must be a whole number from 1 to {most:,}. Received: {number!r}"
        )
