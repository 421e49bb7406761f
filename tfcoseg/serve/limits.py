"""What the server takes on at most."""

from dataclasses import dataclass

from tfcoseg.signature import MAX_SERVED_PIXELS


@dataclass(frozen=True)
class Limits:
    """Sizes, numbers and times beyond which the server refuses.

    Attributes:
        body_bytes: the size of a request's body.
        picture_pixels: what the headers of a request's encoded pictures announce, all
            taken together. The model has a limit of its own for each.
        json_pixels: the pixels that a request may hold as numbers in JSON, which take a
            hundred times the memory of a byte.
        json_numbers: the numbers of an answer, which it holds as JSON.
        runs: requests that run at the same time.
        waiting: requests that wait for their turn; more are told to come back.
        connections: open connections, idle ones included.
        run_seconds: from a request's arrival in full to its answer.
        receive_seconds: for a request to arrive in full, and for its answer to leave;
            also how long an idle connection stays open.
    """

    body_bytes: int = 64 * 2**20
    picture_pixels: int = 2 * MAX_SERVED_PIXELS
    json_pixels: int = 2_000_000
    json_numbers: int = 5_000_000
    runs: int = 2
    waiting: int = 16
    connections: int = 64
    run_seconds: float = 60.0
    receive_seconds: float = 30.0

    def __post_init__(self):
        for name, value in vars(self).items():
            least = 0 if name in ("waiting", "run_seconds", "receive_seconds") else 1
            if value < least:
                raise ValueError(
                    f"`{name}` must be at least {least}. Received: {value!r}"
                )
