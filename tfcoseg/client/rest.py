"""TensorFlow Serving's REST, with nothing but the standard library."""

import http.client
import ssl
import time
from email.utils import parsedate_to_datetime

import numpy as np

from tfcoseg.client import errors
from tfcoseg.client.address import Address, Target
from tfcoseg.client.columns import read_columns, read_error, write_columns

# Bytes of an answer: the masks of two large pictures, in base 64, have room in it.
MAX_ANSWER = 2**29
_CHUNK = 2**16


class RestTransport:
    """Asks a server by REST; may be used from several threads at once.

    Connections are kept open and used again. Proxies named by the environment are not
    used.

    Args:
        address: where the server is.
        target: which of its models is asked.
    """

    def __init__(self, address: Address, target: Target):
        self.address = address
        self.path = address.prefix + target.path
        self.signature = target.signature
        self._idle = []

    def predict(
        self,
        inputs: dict[str, np.ndarray],
        timeout: float,
        signature: str | None = None,
    ) -> dict[str, np.ndarray]:
        """Asks once, the target's signature or another; returns the outputs by name.

        Raises:
            RequestError: if there is no answer within `timeout` seconds, or none such.
        """
        place, deadline = str(self.address), time.monotonic() + timeout
        body = write_columns(signature or self.signature, inputs)
        try:
            status, headers, content = self._post(body, deadline)
        except errors.RequestError:
            raise
        except TimeoutError as error:
            raise errors.timed_out(place) from error
        except ConnectionRefusedError as error:
            raise errors.refused(place) from error
        except (ConnectionError, http.client.IncompleteRead) as error:
            raise errors.broken_off(place, error) from error
        except http.client.BadStatusLine as error:
            hint = "TensorFlow Serving's port for REST is 8501"
            raise errors.speaks_no("HTTP", place, hint) from error
        except http.client.HTTPException as error:
            raise errors.bad_answer("HTTP", repr(error)) from error
        except ssl.SSLError as error:
            if error.reason == "WRONG_VERSION_NUMBER":
                raise errors.speaks_no(
                    "TLS", place, f"is it http://{place} ?"
                ) from error
            raise errors.unreachable(place, error) from error
        except OSError as error:  # no such host, no way there
            raise errors.unreachable(place, error) from error
        if status != 200:
            wait = _seconds(headers.get("Retry-After", ""))
            name = f"HTTP {status}"
            raise errors.refusal(place, status, name, read_error(content), wait)
        return read_columns(content)

    def close(self) -> None:
        """Closes the connections that are open."""
        while self._idle:
            self._idle.pop().close()

    def _post(self, body, deadline):
        """Status, headers and content of the answer."""
        while True:
            connection = self._connection()
            fresh = connection.sock is None
            try:
                return self._exchange(connection, body, deadline)
            except BaseException as error:
                connection.close()
                # Of one that was kept open, the server may have had enough.
                if fresh or not isinstance(error, ConnectionError):
                    raise

    def _connection(self):
        """An idle connection, or a new one."""
        try:
            return self._idle.pop()
        except IndexError:
            host, port = self.address.host, self.address.port
        if self.address.secure:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, port, context=context)
        return http.client.HTTPConnection(host, port)

    def _exchange(self, connection, body, deadline):
        if connection.sock is None:
            connection.timeout = _left(deadline)
            connection.connect()
        connection.sock.settimeout(_left(deadline))
        headers = {"Content-Type": "application/json"}
        try:
            connection.request("POST", self.path, body, headers)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before all was sent; perhaps the answer says why
        sock = connection.sock  # is gone once an answer that ends with it has begun
        with connection.getresponse() as response:
            content = _read(response, sock, deadline)
            answer = response.status, response.headers, content
        if connection.sock is not None:
            self._idle.append(connection)
        return answer


def _read(response, sock, deadline):
    """All of the answer, within the time and the size that are allowed."""
    chunks, length = [], 0
    while not response.isclosed():
        sock.settimeout(_left(deadline))
        chunk = response.read1(_CHUNK)
        if not chunk:
            break
        chunks.append(chunk)
        length += len(chunk)
        if length > MAX_ANSWER:
            raise errors.bad_answer(f"at most {MAX_ANSWER:,} bytes", "more")
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)
    return b"".join(chunks)


def _left(deadline):
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("no time left")
    return left


def _seconds(text):
    """The wait in a header: seconds, or a date."""
    try:
        return max(float(text), 0.0)
    except ValueError:
        pass
    try:
        return max(parsedate_to_datetime(text).timestamp() - time.time(), 0.0)
    except (ValueError, TypeError, OverflowError):
        return 0.0
