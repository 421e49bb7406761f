"""The open connections of the server: how many there may be, and how they end."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Connections:
    """Counts connections, and knows which are in the middle of a request.

    Args:
        most: how many may be open at a time.
    """

    def __init__(self, most: int):
        self._most = most
        self._open: set[socket.socket] = set()
        self._busy = 0
        self._changed = threading.Condition()

    def add(self, connection: socket.socket) -> bool:
        """Takes in a connection; false if there are too many."""
        with self._changed:
            if len(self._open) >= self._most:
                return False
            self._open.add(connection)
            return True

    def remove(self, connection: socket.socket) -> None:
        """Forgets a connection that is closed."""
        with self._changed:
            self._open.discard(connection)
            self._changed.notify_all()

    @contextmanager
    def request(self) -> Iterator[None]:
        """The time from a request's arrival to the end of its answer."""
        with self._changed:
            self._busy += 1
        try:
            yield
        finally:
            with self._changed:
                self._busy -= 1
                self._changed.notify_all()

    def end(self, seconds: float) -> None:
        """Waits for the requests under way, but not for ever, then ends all."""
        with self._changed:
            self._changed.wait_for(lambda: not self._busy, seconds)
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:  # the client was faster
                    pass
            self._changed.wait_for(lambda: not self._open, 1)
