"""Standard streams that are closed, as after `>&-`, or that there never were."""

import os
import sys

# Names of those that were closed when the process began.
CLOSED: set[str] = set()

_STREAMS = {"stdin": "r", "stdout": "w", "stderr": "w"}


def open_closed_streams() -> None:
    """Gives every standard stream something that may be written to or read.

    Otherwise the next file that is opened gets the number of standard output, and what
    a library prints ends up in it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # It gets the lowest number that is free, and programs that are started
            # have it, too.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    for number, (name, mode) in enumerate(_STREAMS.items()):
        if getattr(sys, name) is None:
            CLOSED.add(name)
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))
