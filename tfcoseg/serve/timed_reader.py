"""Reads from a socket until a moment, however slowly the bytes come."""

import io
import socket
import time


class TimedReader(io.RawIOBase):
    """The incoming bytes of a connection.

    A time-out of the socket itself would start anew with every byte, and a client that
    sends one now and then could hold its thread for ever.

    Args:
        connection: the socket.
    """

    def __init__(self, connection: socket.socket):
        self._connection = connection
        self._deadline = 0.0

    def allow(self, seconds: float) -> None:
        """Sets how long may be read from now on, all reads taken together."""
        self._deadline = time.monotonic() + seconds

    def readable(self) -> bool:
        """True: that is all it does."""
        return True

    def readinto(self, buffer) -> int:
        """Waits for bytes; raises TimeoutError when the time is over."""
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("The client took too long to send its request")
        self._connection.settimeout(remaining)
        return self._connection.recv_into(buffer)
