"""Asking again, later and later, within a total time."""

import itertools
import random
import time
from collections.abc import Callable
from typing import TypeVar

from tfcoseg.client.errors import RequestError

Answer = TypeVar("Answer")

# Seconds before the first and before any further attempt.
FIRST_DELAY, MAX_DELAY = 0.25, 8.0

# Seconds: a day.
MAX_TIMEOUT = 86_400


def with_retries(
    ask: Callable[[float], Answer], retries: int, timeout: float
) -> Answer:
    """Returns the first answer.

    Only a `RequestError` that calls itself temporary is followed by another attempt.
    The delays double, and are shortened at random so that clients which were refused
    together do not come back together. A longer wait that the server asks for is kept.
    A server that is there but busy is asked until the time is up.

    Args:
        ask: is called with the seconds that are left, and returns the answer.
        retries: how many more attempts are made after the first; 0 for none, whatever
            the server says.
        timeout: seconds for all attempts and the waits between them.
    """
    end = time.monotonic() + timeout
    for attempt in itertools.count():
        try:
            return ask(max(end - time.monotonic(), 1e-3))
        except RequestError as error:
            delay = max(backoff(attempt), error.retry_after)
            late = time.monotonic() + delay >= end
            last = attempt >= retries and not (retries and error.busy)
            if not error.temporary or last or late:
                raise _final(error, attempt + 1) from error
        time.sleep(delay)


def backoff(attempt: int) -> float:
    """Seconds to wait after an attempt; the first is number 0."""
    delay = min(MAX_DELAY, FIRST_DELAY * 2**attempt)
    return delay * random.uniform(0.5, 1.0)


def _final(error, attempts):
    """The last error, which says that it was not the only one."""
    if attempts == 1:
        return error
    return RequestError(
        f"{error} (tried {attempts} times)",
        error.kind,
        error.temporary,
        busy=error.busy,
    )


def check_patience(timeout: float, retries: int) -> None:
    """Raises the error for a time or a number of attempts that cannot be."""
    if not 0 < timeout <= MAX_TIMEOUT:
        raise ValueError(
            f"`timeout` must be a number of seconds above 0, at most {MAX_TIMEOUT:,}. "
            f"Received: {timeout!r}"
        )
    if not isinstance(retries, int) or retries < 0:
        raise ValueError(
            f"`retries` must be a whole number, at least 0. Received: {retries!r}"
        )
