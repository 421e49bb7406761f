"""The encodings of the pictures that are being compared, each picture encoded once."""

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from typing import Any

# How many encodings are kept at the usual working size; one takes 3 to 6 MB.
CAPACITY = 200


class FeatureStore:
    """Encodes each picture once, and keeps it until its last set has been taken.

    Beyond `capacity` the encodings whose next turn is farthest away are dropped. Those
    pictures are encoded again when their turn comes.

    Args:
        encode: called with a picture, returns its encoding.
        sets: all sets of pictures that will be taken, in that order.
        capacity: int. Number of encodings kept for later sets. Defaults to 200.
    """

    def __init__(
        self,
        encode: Callable[[Hashable], Any],
        sets: Sequence[Sequence[Hashable]],
        capacity: int = CAPACITY,
    ):
        self._encode = encode
        self._capacity = capacity
        self._held: dict[Hashable, Any] = {}
        self._turns: dict[Hashable, deque[int]] = {}
        for turn, pictures in enumerate(sets):
            for picture in pictures:
                self._turns.setdefault(picture, deque()).append(turn)

    def take(self, pictures: Sequence[Hashable]) -> list[Any]:
        """The encodings of the pictures of the next set."""
        taken = [
            self._held[picture] if picture in self._held else self._encode(picture)
            for picture in pictures
        ]
        for picture, encoded in zip(pictures, taken):
            self._turns[picture].popleft()
            if self._turns[picture]:
                self._held[picture] = encoded
            else:
                self._held.pop(picture, None)
        while len(self._held) > self._capacity:
            del self._held[max(self._held, key=lambda held: self._turns[held][0])]
        return taken
