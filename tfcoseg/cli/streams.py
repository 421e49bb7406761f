"""Standard streams that are closed, as after `>&-`, or that there never were."""

import os
import sys

# Names of those that were closed when the process began.
CLOSED: set[str] = set()


def open_closed_streams() -> None:
    """Gives every standard stream something that may be written to or read.

    Otherwise the next file that is opened gets the number of standard output, and what
    a library prints ends up in it.
    """
    for number, name, mode in (
        (0, "stdin", "r"),
        (1, "stdout", "w"),
        (2, "stderr", "w"),
    ):
        try:
            os.fstat(number)
        except OSError:
            # It gets the lowest number that is free, and programs that are started
            # have it, too.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
        if getattr(sys, name) is None:
            CLOSED.add(name)
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))
