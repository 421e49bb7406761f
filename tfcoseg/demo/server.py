"""The page at an address, from a thread of its own."""

import errno
import os
import socket
import tempfile
import threading
import time
from typing import Any

from tfcoseg import samples
from tfcoseg.demo.file_guard import guard_files
from tfcoseg.demo.gradio import import_gradio
from tfcoseg.demo.host_guard import HostGuard
from tfcoseg.demo.style import CSS, ON_LOAD, theme

# For requests that are under way when the server ends; a page keeps one open for ever.
_END_SECONDS = 1
# How often is looked whether the server has begun.
_LOOK_SECONDS = 0.02


class PageServer:
    """Serves a page of `build_page`; it listens as soon as it is made.

    Nothing is fetched from anywhere and nobody is told of it: no analytics, fonts or
    links to share. Uploads lie in a folder of its own, which goes with the server.

    Args:
        host: the address to listen at. Anyone who reaches another than the default may
            use the page.
        port: the port, or 0 for one that is free.
        public_url: the address by which people reach the page where a proxy stands in
            between, or None.

    Raises:
        ImportError: if gradio is not installed.
        OSError: if the address cannot be listened at, or the server does not begin.

    Example:

    ```python
    server = PageServer(port=0)
    server.start(build_page(Predictor()))
    print(server.url)
    ```
    """

    def __init__(
        self, host: str = "127.0.0.1", port: int = 7860, public_url: str | None = None
    ):
        self._host, self._public_url = host, public_url
        self._folder = tempfile.TemporaryDirectory(
            prefix="tfcoseg-demo-",
            ignore_cleanup_errors=True,  # work that goes on may still write a file
        )
        # Gradio makes it where it is imported, and its components put files there.
        os.environ["GRADIO_TEMP_DIR"] = self._folder.name
        try:
            self._gradio = import_gradio()
            self._socket = _listen(host, port)
        except BaseException:
            self._folder.cleanup()
            raise
        self._server: Any = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The page's address."""
        if self._public_url:
            return self._public_url
        host, port = self._socket.getsockname()[:2]
        return f"http://{f'[{host}]' if ':' in host else host}:{port}/"

    def start(self, blocks: Any, megabytes: int | None = None) -> None:
        """Begins to answer.

        Args:
            blocks: the page.
            megabytes: greatest file that may be uploaded, in 10^6 bytes.
        """
        import uvicorn

        app = HostGuard(self._app(blocks, megabytes), self._host, self._public_url)
        # A page that is left open when the server ends is no error.
        config = uvicorn.Config(
            app, log_level="critical", timeout_graceful_shutdown=_END_SECONDS
        )
        self._server = uvicorn.Server(config)
        run = {"target": self._server.run, "kwargs": {"sockets": [self._socket]}}
        self._thread = threading.Thread(**run, daemon=True)
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise OSError("The page's server has ended before it began")
            time.sleep(_LOOK_SECONDS)

    def _app(self, blocks, megabytes):
        from fastapi import FastAPI

        nothing = {"docs_url": None, "redoc_url": None, "openapi_url": None}
        folders = {path.parent for path in samples.pair()}
        guard_files(blocks, folders)
        return self._gradio.mount_gradio_app(
            FastAPI(**nothing),
            blocks,
            path="/",
            root_path=self._public_url,
            footer_links=[],
            run_history=False,
            allowed_paths=list(map(str, folders)),
            show_error=False,
            max_file_size=None if megabytes is None else f"{megabytes}mb",
            ssr_mode=False,
            enable_monitoring=False,
            mcp_server=False,
            theme=theme(self._gradio),
            css=CSS,
            js=ON_LOAD,
        )

    def close(self) -> None:
        """Ends, and deletes what visitors have left."""
        if self._server is not None:
            self._server.should_exit = True
            self._thread.join(_END_SECONDS + 4)
        self._socket.close()
        self._folder.cleanup()

    def __enter__(self) -> "PageServer":
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()


def _listen(host, port):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            cause = "another program listens there; choose another port, or 0"
        else:
            # Python adds the address to the system's own words.
            cause = (error.strerror or str(error)).partition(" (while")[0]
        raise OSError(f"Cannot listen at port {port} of {host}: {cause}") from error
