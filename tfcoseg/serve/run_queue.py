"""Who may run, who waits, and who is told to come back later."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from typing import Any

from tfcoseg.serve.request_error import RequestError

_RETRY_AFTER_SECONDS = 1


class RunQueue:
    """Lets so many jobs run at a time, and so many more wait.

    Args:
        runs: jobs that run at the same time.
        waiting: jobs that wait for one of them to end.
    """

    def __init__(self, runs: int, waiting: int):
        self._places = threading.BoundedSemaphore(runs + waiting)
        self._runs = threading.BoundedSemaphore(runs)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Holds a place in the queue; taken before a request's body is read.

        Raises:
            RequestError: 503 if there is none.
        """
        if not self._places.acquire(blocking=False):
            raise RequestError(
                503,
                "The server is busy and its queue is full; try again later",
                {"Retry-After": str(_RETRY_AFTER_SECONDS)},
            )
        try:
            yield
        finally:
            self._places.release()

    def run(self, job: Callable[[], Any], seconds: float) -> Any:
        """Waits for its turn, runs a job and returns its result.

        A job that takes too long cannot be stopped. It is left alone, and its turn
        lasts until it ends.

        Raises:
            RequestError: 504 if the job has not ended after so many seconds.
            Exception: whatever the job raises.
        """
        deadline = time.monotonic() + seconds
        future = Future()
        if self._runs.acquire(timeout=seconds):
            self._start(job, future)
            wait([future], deadline - time.monotonic())
        if not future.done():
            raise RequestError(504, f"The answer took longer than {seconds:g} seconds")
        return future.result()

    def _start(self, job, future):
        def work():
            try:
                future.set_result(job())
            # The threads that wait for the result get the error.
            except BaseException as error:
                future.set_exception(error)
            finally:
                self._runs.release()

        try:
            # Not waited for at the process's end: it may never come to its own.
            threading.Thread(target=work, daemon=True).start()
        except RuntimeError:
            self._runs.release()
            raise
