"""One HTTP connection: reads requests, answers in JSON, and stays within its time."""

import io
import re
import socket
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

import tfcoseg
from tfcoseg.serve.answers import to_body
from tfcoseg.serve.host_header import check_host
from tfcoseg.serve.request_error import RequestError
from tfcoseg.serve.routes import parse_path
from tfcoseg.serve.timed_reader import TimedReader

# How long what a refused client still sends is read and thrown away. Without that the
# connection would be reset, and the client might never see why.
_DRAIN_SECONDS = 2


class Handler(BaseHTTPRequestHandler):
    """Answers the requests of a connection, for a `Listener`."""

    protocol_version = "HTTP/1.1"
    server_version = f"tfcoseg-serve/{tfcoseg.__version__}"
    sys_version = "(for development, not for production)"
    # Or else a small answer may wait for the client to confirm its header.
    disable_nagle_algorithm = True

    def setup(self) -> None:
        """Puts a reader that keeps time in the place of the usual one."""
        super().setup()
        self.rfile.close()
        self._reader = TimedReader(self.connection)
        self.rfile = io.BufferedReader(self._reader)

    def handle_one_request(self) -> None:
        """Waits for a request, within the time for its arrival."""
        self._reader.allow(self.server.service.limits.receive_seconds)
        try:
            super().handle_one_request()
        except ConnectionError:  # the client has gone
            self.close_connection = True

    def do_GET(self) -> None:
        """Answers a request; which methods fit is the path's business."""
        self._started = time.monotonic()
        # Whatever is no plain GET may have a body, whose end is not known yet.
        bodiless = ["0"] if self.command == "POST" else []
        lengths = self.headers.get_all("Content-Length", [])
        self._unread = lengths != bodiless or "Transfer-Encoding" in self.headers
        with self.server.connections.request():
            status, content, headers = self._answer()
            self._send(status, content, headers)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_GET

    def _answer(self):
        try:
            return 200, self._body(), {}
        except RequestError as error:
            return error.status, _error_body(error.sentence), error.headers
        # Its text may name places and nodes that are not the client's business.
        except Exception as error:
            self.server.service.report(f"{type(error).__name__}: {error}")
            return 500, _error_body("The model or the server failed"), {}

    def _body(self) -> bytes:
        """What the answer says, if the request is a good one."""
        service = self.server.service
        check_host(self.headers.get_all("Host", []), self.server.host)
        route = parse_path(self.path, service.name)
        if self.command != route.method:
            raise RequestError(
                405,
                f"The method must be {route.method} here. Received: {self.command}",
                {"Allow": route.method},
            )
        if route.call == "predict":
            return service.predict(route, self._read_body)
        ask = service.status if route.call == "status" else service.metadata
        return to_body(ask(route))

    def _body_length(self):
        most = self.server.service.limits.body_bytes
        lengths = self.headers.get_all("Content-Length", [])
        if "Transfer-Encoding" in self.headers or not lengths:
            raise RequestError(411, "The request must have a Content-Length")
        if len(lengths) > 1 or not re.fullmatch("[0-9]{1,18}", lengths[0]):
            raise RequestError(400, "Content-Length must be one whole number")
        if int(lengths[0]) > most:
            raise RequestError(
                413, f"The body may have at most {most:,} bytes. Received: {lengths[0]}"
            )
        return int(lengths[0])

    def _read_body(self):
        length = self._body_length()
        try:
            body = self.rfile.read(length)
        except TimeoutError as error:
            raise RequestError(408, "The body took too long to arrive") from error
        self._unread = False
        if len(body) < length:
            self._unread = True
            raise RequestError(400, "The body is shorter than its Content-Length")
        return body

    def _send(self, status, body, headers):
        self.close_connection = self.close_connection or self._unread
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        for name, value in headers.items():
            self.send_header(name, value)
        # For the answer as a whole, which is sent at once.
        self.connection.settimeout(self.server.service.limits.receive_seconds)
        try:
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else body)
            self._log(status, len(body))
            if self._unread:
                self._drain()
        except OSError:  # the client has gone, or takes nothing
            self.close_connection = True

    def _drain(self):
        self.connection.shutdown(socket.SHUT_WR)
        self._reader.allow(_DRAIN_SECONDS)
        while self.rfile.read1(1 << 16):
            pass

    def _log(self, status, size):
        seconds = time.monotonic() - self._started
        self.log_message(
            '%s "%s" %d, %d bytes in %.3f s',
            self.client_address[0],
            self.requestline,
            status,
            size,
            seconds,
        )

    def log_message(self, format: str, *args: Any) -> None:
        """Reports a line; what would move a terminal's cursor is spelled out."""
        line = (format % args).encode("unicode_escape").decode()
        self.server.service.report(line)

    def log_request(self, code: Any = "-", size: Any = "-") -> None:
        """Nothing: a request is logged when it has been answered."""

    def log_error(self, format: str, *args: Any) -> None:
        """Nothing: an idle connection that is closed is no news."""

    def send_error(
        self, code: int, message: str | None = None, explain: str | None = None
    ) -> None:
        """Answers what is no HTTP that this server knows."""
        self._started, self._unread = time.monotonic(), True
        if code == HTTPStatus.NOT_IMPLEMENTED:
            code, message = HTTPStatus.METHOD_NOT_ALLOWED, "There is no such method"
        self._send(code, _error_body(message or HTTPStatus(code).phrase), {})


def _error_body(sentence):
    return to_body({"error": sentence})
