"""Addresses of the REST API."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from tfcoseg.serve.request_error import RequestError

_PATH = re.compile(
    r"/v1/models/(?P<model>[^/:]+)"
    r"(/versions/(?P<version>[0-9]{1,18})|/labels/(?P<label>[^/:]+))?"
    r"(?P<call>/metadata|:predict)?"
)
_METHODS = {"status": "GET", "metadata": "GET", "predict": "POST"}


@dataclass(frozen=True)
class Route:
    """What a request asks for.

    Attributes:
        model: the model's name.
        version: the number of a version, or None for the one that is served.
        label: a label that stands for a version, or None.
        call: `"status"`, `"metadata"` or `"predict"`.
    """

    model: str
    version: int | None
    label: str | None
    call: str

    @property
    def method(self) -> str:
        """The HTTP method that this is asked with."""
        return _METHODS[self.call]


def parse_path(path: str, served: str) -> Route:
    """Takes a request's path apart.

    Args:
        path: the path, with or without a query, which counts nothing.
        served: the name of the model that is served.

    Raises:
        RequestError: 404 for a path that leads nowhere, or to another model.
    """
    found = _PATH.fullmatch(path.partition("?")[0])
    if not found:
        raise RequestError(
            404,
            f"There is nothing at this path; try /v1/models/{served}, "
            f"/v1/models/{served}/metadata or /v1/models/{served}:predict",
        )
    model = unquote(found["model"])
    if model != served:
        raise RequestError(404, f"There is no such model; `{served}` is served here")
    version, label = found["version"], found["label"]
    return Route(
        model=model,
        version=None if version is None else int(version),
        label=None if label is None else unquote(label),
        call=(found["call"] or "status").strip("/:"),
    )
