"""The development server: a folder of versions behind the REST API."""

import os
import re
import threading
from collections.abc import Callable, Sequence
from typing import Any

from tfcoseg.serve.limits import Limits
from tfcoseg.serve.listener import Listener
from tfcoseg.serve.model_versions import ModelVersions
from tfcoseg.serve.run_queue import RunQueue
from tfcoseg.serve.service import Service
from tfcoseg.serve.version_folders import check_folder

# How often the folder is looked at for a new version, and how long requests that are
# under way may still take when the server ends.
POLL_SECONDS = 2.0
_END_SECONDS = 5.0


class DevelopmentServer:
    """Serves an export on this machine, for development, not for production.

    It listens as soon as it is made, and answers from `start` to `close`, or inside a
    `with` block, in threads of its own.

    Args:
        folder: what `tfcoseg export savedmodel` wrote: the folder of the versions. The
            newest is served, also one that appears later.
        name: what the model is called in addresses.
        host: the address to listen at. Anyone who reaches another than the default may
            ask.
        port: the port, or 0 for one that is free.
        limits: what is taken on at most.
        labels: labels by which the version that is served may be asked for.
        report: is called with a line for each request and each new version.

    Raises:
        ValueError: for a folder without versions, or a name that fits in no address.
        OSError: if the address cannot be listened at.

    Example:

    >>> import urllib.request
    >>> with DevelopmentServer("models/coseg") as server:
    ...     urllib.request.urlopen(server.url).status
    200
    """

    def __init__(
        self,
        folder: str | os.PathLike,
        name: str = "coseg",
        host: str = "127.0.0.1",
        port: int = 0,
        limits: Limits = Limits(),
        labels: Sequence[str] = (),
        report: Callable[[str], Any] = lambda line: None,
    ):
        for word in (name, *labels):
            if not re.fullmatch(r"[\w.-]+", word, re.ASCII):
                raise ValueError(
                    "Names and labels must consist of letters, digits, '.', '_' and "
                    f"'-'. Received: {word!r}"
                )
        check_folder(folder)
        self.name = name
        self._versions = ModelVersions(folder, labels, report)
        queue = RunQueue(limits.runs, limits.waiting)
        service = Service(name, self._versions, queue, limits, report)
        self._listener = Listener(host, port, service)
        self._threads: list[threading.Thread] = []
        self._ended = threading.Event()

    @property
    def url(self) -> str:
        """The model's address; `url + ":predict"` is where it is asked."""
        host, port = self._listener.server_address[:2]
        host = f"[{host}]" if ":" in host else host
        return f"http://{host}:{port}/v1/models/{self.name}"

    def start(self) -> None:
        """Loads the model and begins to answer.

        Raises:
            ValueError: if the newest version cannot be loaded.
        """
        try:
            self._versions.start()
        except BaseException:
            self.close()
            raise
        listen = self._listener.serve_forever
        for work, arguments in [(listen, [0.1]), (self._watch, [])]:
            thread = threading.Thread(target=work, args=arguments, daemon=True)
            self._threads.append(thread)
            thread.start()

    def close(self) -> None:
        """Ends: no new requests, a little time for those under way, then nothing."""
        self._ended.set()
        if self._threads:
            self._listener.shutdown()
            self._listener.connections.end(_END_SECONDS)
        self._listener.server_close()
        for thread in self._threads:
            thread.join(_END_SECONDS)
        self._threads = []

    def _watch(self):
        while not self._ended.wait(POLL_SECONDS):
            try:
                self._versions.refresh()
            except OSError:  # the folder changes while it is looked at
                continue

    def __enter__(self) -> "DevelopmentServer":
        self.start()
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()
