"""Under which names the page answers, so that no other web page can read from it."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from tfcoseg.serve.host_header import check_host
from tfcoseg.serve.request_error import RequestError

App = Callable[..., Awaitable[None]]


class HostGuard:
    """Refuses requests for other hosts before the page sees them (ASGI).

    Args:
        app: the page.
        host: the address that the server listens at.
        public_url: the address by which a proxy makes it known, or None.
    """

    def __init__(self, app: App, host: str, public_url: str | None = None):
        self._app, self._host = app, host
        self._public = urlsplit(public_url).hostname if public_url else None

    async def __call__(
        self, scope: MutableMapping[str, Any], receive: App, send: App
    ) -> None:
        """Answers one request."""
        if scope["type"] == "http":
            try:
                self._check(scope["headers"])
            except RequestError as error:
                await _refuse(send, error)
                return
        await self._app(scope, receive, send)

    def _check(self, headers):
        for name, value in headers:
            host = value.decode("latin-1")
            if name == b"host" and host.partition(":")[0].lower() != self._public:
                check_host([host], self._host)


async def _refuse(send, error):
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    start = {"type": "http.response.start", "status": error.status, "headers": headers}
    await send(start)
    body = f"{error.sentence}\n".encode()
    await send({"type": "http.response.body", "body": body})
