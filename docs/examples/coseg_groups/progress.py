"""How far a process is, said at intervals."""

import functools
import logging
import threading
import time
from collections import Counter

_LOG = logging.getLogger("coseg_groups")


class Progress:
    """Counts groups, and logs the counts: at the first one, and then at intervals.

    Several threads may count.

    Args:
        seconds: between two lines.
    """

    def __init__(self, seconds: float = 10.0):
        self.seconds = seconds
        self.counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._start = time.monotonic()
        self._last = self._start - seconds

    def count(self, state: str) -> None:
        """Counts a group that was "done", "kept" as it was, or "bad"."""
        with self._lock:
            self.counts[state] += 1
            now = time.monotonic()
            if now < self._last + self.seconds:
                return
            self._last = now
            text = str(self)
        _LOG.info("%s after %.0f s", text, now - self._start)

    def __str__(self) -> str:
        counts = self.counts
        return (
            f"groups: {counts['done']} done, {counts['kept']} kept, {counts['bad']} bad"
        )


def log_to_stderr() -> None:
    """Shows this package's lines, and of others what is wrong."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", force=True)
    _LOG.setLevel(logging.INFO)


@functools.cache
def of_this_process() -> Progress:
    """The one that all threads of a worker share."""
    return Progress()
