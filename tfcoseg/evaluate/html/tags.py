"""HTML from Python calls, in which no name of a file can become markup."""

from html import escape
from typing import Any

_VOID = {"br", "circle", "img", "line", "meta", "path", "polyline", "rect"}


class Html(str):
    """Text that is HTML already; every other text is escaped where it is put in."""


def tag(name: str, /, *content: Any, **attributes: Any) -> Html:
    """An element, `tag("td", "a < b", class_="x")`.

    Args:
        name: of the element.
        *content: texts, which are escaped, `Html`, which is not, or numbers.
        **attributes: values are escaped. None leaves an attribute out, True writes its
            name alone; a trailing underscore is dropped, others become hyphens.
    """
    opening = f"<{name}{''.join(map(_attribute, attributes.items()))}>"
    if name in _VOID:
        # A slash that HTML ignores, and that SVG needs where it is not inside HTML.
        return Html(f"{opening[:-1]}/>")
    return Html(f"{opening}{join(*content)}</{name}>")


def join(*content: Any) -> Html:
    """Texts and elements one after the other, as `tag` takes them."""
    return Html("".join(p if isinstance(p, Html) else escape(str(p)) for p in content))


def command(text: str) -> Html:
    """A command, whose lines end between its words, and not after a hyphen."""
    words = (tag("span", word) for word in text.split(" "))
    return tag("code", Html(" ".join(words)))


def _attribute(item):
    name, value = item
    name = name.removesuffix("_").replace("_", "-")
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
