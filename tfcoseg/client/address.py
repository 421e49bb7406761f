"""Where a server is, and which of its models is asked."""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

_PORTS = {"http": 80, "https": 443, "grpc": 8500, "grpcs": 443}

# TensorFlow Serving's own path to a model, which may end an address.
_MODEL = re.compile(r"/v1/models/([^/:]+)$")

# What the model is called where nobody says otherwise.
DEFAULT_MODEL = "coseg"


@dataclass(frozen=True)
class Address:
    """Where a server is.

    Attributes:
        host: its name or number.
        port: its port.
        secure: whether the way there is encrypted (TLS).
        prefix: what comes before TensorFlow Serving's own path, behind some proxies.
        grpc: whether it is asked by gRPC instead of REST.
        model: the model that the address names; None if it names none.
    """

    host: str
    port: int
    secure: bool
    prefix: str
    grpc: bool
    model: str | None = None

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True)
class Target:
    """Which signature of which model is asked.

    Attributes:
        model, signature: as the server knows them.
        version, label: which version, by number or label; None for the newest.
    """

    model: str
    signature: str
    version: int | None = None
    label: str | None = None

    def __post_init__(self):
        if not self.model:
            raise ValueError(
                "`model` must be a name that the server knows. Received: ''"
            )
        if self.version is not None and self.label is not None:
            raise ValueError(
                "A version is named by its number or by a label; give one of the two. "
                f"Received: version={self.version}, label={self.label!r}"
            )

    @property
    def path(self) -> str:
        """The path of a request by REST."""
        path = f"/v1/models/{quote(self.model, safe='')}"
        if self.version is not None:
            path += f"/versions/{self.version}"
        if self.label is not None:
            path += f"/labels/{quote(self.label, safe='')}"
        return f"{path}:predict"


def parse_url(url: str, grpc: bool = False) -> Address:
    """Reads the address of a server.

    Args:
        url: `http://host:8501` or `https://`, with a path if a proxy wants one, and
            with `/v1/models/name` at its end or not; for gRPC also `grpc://host:8500`
            or `grpcs://`.
        grpc: whether an `http` or `https` address is that of a gRPC port.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _unfit(url, str(error)) from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise _unfit(url)
    if parts.username or parts.query or parts.fragment:
        raise _unfit(url, "names, passwords, ? and # have no place in it")
    grpc = grpc or parts.scheme.startswith("grpc")
    prefix, model = _split_path(parts.path.rstrip("/"))
    if "/v1/models" in prefix or (grpc and parts.path.rstrip("/")):
        raise _unfit(url, f"leave {parts.path} out: there are settings for its parts")
    return Address(
        parts.hostname,
        port or _PORTS[parts.scheme],
        parts.scheme in ("https", "grpcs"),
        quote(prefix),
        grpc,
        model,
    )


def chosen_model(address: Address, model: str | None) -> str:
    """The model that is asked: the one that is named, by itself or by the address."""
    if model is not None and address.model not in (None, model):
        raise ValueError(
            f"The address names the model {address.model!r}, so `model` must be the "
            f"same or be left out. Received: {model!r}"
        )
    return (address.model or DEFAULT_MODEL) if model is None else model


def _split_path(path):
    """What a proxy wants before TensorFlow Serving's own path, and the model's name."""
    named = _MODEL.search(path)
    return (path[: named.start()], unquote(named[1])) if named else (path, None)


def _unfit(url, reason=""):
    return ValueError(
        "The address of a server must be like http://localhost:8501, or "
        "grpc://localhost:8500 for gRPC"
        f"{': ' if reason else ''}{reason}. Received: {url!r}"
    )
