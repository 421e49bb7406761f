"""What goes wrong between a client and a server, each in one line."""

# What to look at, by the status of an answer.
_ALWAYS = {
    401: "a proxy before the server wants credentials, and this client sends none",
    403: "a proxy before the server wants credentials, and this client sends none",
    404: "check the address, and the model's name, version and label",
    405: "is this the address of TensorFlow Serving's REST port, 8501?",
    415: "is this the address of TensorFlow Serving's REST port, 8501?",
    501: "is this the address of TensorFlow Serving's gRPC port, 8500?",
    504: (
        "the server, or a proxy before it, took too long; TensorFlow Serving has "
        "--rest_api_timeout_in_ms for it"
    ),
}
# What may be wrong, where the server does not say it itself.
_IF_SILENT = {
    413: "the pictures are larger than the server takes; make them smaller",
    429: "the server counts too many requests; ask less often",
    502: "the proxy finds no server behind it; is the server running?",
    503: "the server is overloaded, or still loads the model; try again later",
}
# What a server's own sentence about a question that does not fit may speak of.
_TOPICS = {
    "signature": "does the model on the server have this signature?",
    "label": "has the server been told of this label of a version?",
}


class RequestError(OSError):
    """A server has not answered a request as it should.

    Attributes:
        kind: what went wrong, in a word or two, for counting: `"refused"`,
            `"time-out"`, `"HTTP 400"`, `"NOT_FOUND"`, `"answer"`, ...
        temporary: whether the same request may be answered a moment later.
        busy: whether the server is there, and has too much to do just now.
        retry_after: seconds that the server asks to wait, 0 if it does not.
    """

    def __init__(
        self,
        message: str,
        kind: str,
        temporary: bool = False,
        retry_after: float = 0.0,
        busy: bool = False,
    ):
        super().__init__(message)
        self.kind = kind
        self.temporary = temporary
        self.retry_after = retry_after
        self.busy = busy


def refused(place: str) -> RequestError:
    """Nobody listens there."""
    return RequestError(
        f"No server listens at {place}. Start one, or check the address and its port "
        "(TensorFlow Serving's: 8501 for REST, 8500 for gRPC)",
        "refused",
        temporary=True,
    )


def unreachable(place: str, reason: object) -> RequestError:
    """There is no way to the server."""
    return RequestError(
        f"The server cannot be reached at {place}; check the address: "
        f"{one_line(reason)}",
        "unreachable",
    )


def speaks_no(language: str, place: str, hint: str) -> RequestError:
    """A server listens there, and answers in another language."""
    return RequestError(f"The server at {place} speaks no {language}; {hint}", "port")


def broken_off(place: str, reason: object) -> RequestError:
    """The server hung up without an answer."""
    return RequestError(
        f"The server at {place} broke off without an answer; it may have been stopped, "
        f"or takes no pictures as large as these: {one_line(reason)}",
        "broken off",
        temporary=True,
    )


def timed_out(place: str) -> RequestError:
    """No answer, or not all of it, came in time."""
    return RequestError(
        f"The server at {place} has not answered in time. Allow it more "
        "(--timeout), ask fewer questions at once, or send smaller pictures",
        "time-out",
    )


def bad_answer(expected: str, received: object) -> RequestError:
    """The server answered with something else."""
    return RequestError(
        f"The server's answer should hold {expected}. Received: {one_line(received)}",
        "answer",
    )


def refusal(
    place: str, status: int, name: str, sentence: str, retry_after: float = 0.0
) -> RequestError:
    """The server says why it does not answer.

    Args:
        place: where the server is.
        status: its HTTP status, or the one that a gRPC status is like.
        name: what the status is called: `"HTTP 404"`, `"NOT_FOUND"`.
        sentence: what the server says about it; may be empty.
        retry_after: seconds that the server asks to wait.
    """
    # What follows names nodes of the graph, which say nothing to those who ask.
    said = one_line(sentence.partition("[[{{")[0])
    hint = _ALWAYS.get(status) or ("" if said else _IF_SILENT.get(status, ""))
    if status in (400, 412):
        hint = next((hint for word, hint in _TOPICS.items() if word in said), "")
    message = f"The server at {place} answered {name}"
    message += f": {said}" if said else ""
    message += f" ({hint})" if hint else ""
    message += f"; asks to wait {retry_after:.0f} s" if retry_after else ""
    busy = status == 503
    return RequestError(message, name, busy, retry_after, busy)


def one_line(text: object, length: int = 300) -> str:
    """Somebody else's text, fit for a terminal: printable, in one line, and bounded."""
    line = " ".join(str(text).split())
    line = "".join(letter if letter.isprintable() else "?" for letter in line)
    return line if len(line) <= length else line[: length - 3] + "..."
