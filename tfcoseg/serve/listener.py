"""The socket that the server listens at, and a thread for each connection."""

import errno
import socket
import socketserver
import sys
from http.server import ThreadingHTTPServer

from tfcoseg.serve.connections import Connections
from tfcoseg.serve.handler import Handler
from tfcoseg.serve.service import Service

_TOO_MANY = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\n"
    b"Content-Type: application/json\r\nContent-Length: 49\r\n\r\n"
    b'{"error":"There are too many open connections."}\n'
)


class Listener(ThreadingHTTPServer):
    """Listens at an address; what is answered is the handler's business.

    Args:
        host: the address.
        port: the port, or 0 for one that is free.
        service: what is answered, and how many connections there may be.

    Raises:
        OSError: if the address is taken or none of this machine's.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, host: str, port: int, service: Service):
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.host, self.service = host, service
        self.connections = Connections(service.limits.connections)
        try:
            super().__init__((host, port), Handler)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                cause = "another program listens there; choose another port, or 0"
            else:
                cause = error.strerror or str(error)
            raise OSError(f"Cannot listen at port {port} of {host}: {cause}") from error

    def server_bind(self) -> None:
        """Binds, without asking a name server what this machine is called."""
        socketserver.TCPServer.server_bind(self)

    def process_request(self, request, client_address) -> None:
        """Starts a connection's thread, or turns the client away."""
        if self.connections.add(request):
            super().process_request(request, client_address)
            return
        try:
            request.settimeout(0)
            request.send(_TOO_MANY)
        except OSError:  # the client has gone
            pass
        self.shutdown_request(request)

    def shutdown_request(self, request) -> None:
        """Closes a connection."""
        self.connections.remove(request)
        super().shutdown_request(request)

    def handle_error(self, request, client_address) -> None:
        """Reports an error, unless it is that the client has gone."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            self.service.report(f"{type(error).__name__}: {error}")
