"""What is said to a client whose request is not answered."""


class RequestError(Exception):
    """Refuses a request: an HTTP status and one sentence.

    Args:
        status: the HTTP status, 4xx where the client can mend it.
        sentence: what was expected and what came.
        headers: further headers of the answer, by name.
    """

    def __init__(
        self, status: int, sentence: str, headers: dict[str, str] | None = None
    ):
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.headers = headers or {}


def no_room() -> RequestError:
    """The error for a request that there is no memory for, at least not now."""
    return RequestError(
        503,
        "The model has no room for this request; try again later, or with smaller "
        "pictures",
        {"Retry-After": "1"},
    )
