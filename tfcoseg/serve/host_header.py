"""Under which names the server answers, so that no web page can read from it."""

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from tfcoseg.serve.request_error import RequestError

# Who listens at all addresses is known by names that are not known here.
_ALL_ADDRESSES = ("", "0.0.0.0", "::")


def check_host(values: Sequence[str], listens_at: str) -> None:
    """Raises 403 for a Host header by which a web page may have come here.

    A page's owner can let the page's own name stand for this machine (DNS rebinding);
    a browser then lets the page read what the server answers. A number stands for
    nothing else, and programs that are no browser may leave the header out.

    Args:
        values: the request's Host headers.
        listens_at: the address that the server was told to listen at.
    """
    if listens_at in _ALL_ADDRESSES:
        return
    for value in values:
        name = _name_of(value)
        if name not in ("localhost", listens_at.lower()) and not _is_number(name):
            raise RequestError(
                403,
                "The server answers as `localhost`, as a number like 127.0.0.1, or as "
                f"the host that it was given. Received: the host {value[:100]}",
            )


def _name_of(value):
    """The header without its port."""
    try:
        return urlsplit(f"//{value}").hostname
    except ValueError:  # brackets that are not closed
        return None


def _is_number(name):
    try:
        return bool(ipaddress.ip_address(name or ""))
    except ValueError:
        return False
