"""What the libraries that decode pictures write to stderr by themselves."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from tfcoseg.pictures import read_image


def read_image_quietly(source: Any) -> np.ndarray:
    """Reads a picture; what a library says of it becomes part of an error.

    Of a picture that can be read nobody is told what is odd about it. stderr is turned
    elsewhere meanwhile, for the whole process: no other thread may write to it.

    Raises:
        FileNotFoundError, ValueError: as `read_image` does.
    """
    lines: list[str] = []
    try:
        with _captured(lines):
            return read_image(source)
    except ValueError as error:
        said = "; ".join(dict.fromkeys(filter(None, map(str.strip, lines))))
        raise ValueError(f"{error} ({said})" if said else str(error)) from error


@contextmanager
def _captured(lines: list[str]) -> Iterator[None]:
    """Adds to a list what is written to stderr within the block."""
    try:
        sys.stderr.flush()
        terminal = os.dup(2)
    except (OSError, AttributeError):  # it is closed
        yield
        return
    reading, writing = os.pipe()
    os.dup2(writing, 2)
    os.close(writing)

    def read():
        with open(reading, encoding="utf-8", errors="replace") as pipe:
            lines.extend(pipe)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield
    finally:
        os.dup2(terminal, 2)  # closes the pipe's last end, which ends the thread
        os.close(terminal)
        thread.join()
