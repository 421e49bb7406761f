"""How a command that serves is ended."""

import signal
import threading


def end_of_signals() -> threading.Event:
    """An event that the first Ctrl-C sets; the second ends the process."""
    ended, numbers = threading.Event(), (signal.SIGINT, signal.SIGTERM)

    def end(*_):
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)
        ended.set()

    for number in numbers:
        signal.signal(number, end)
    return ended
