"""The features of the pictures that are being compared, each picture encoded once."""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import Any

# Encodings of pictures whose turn is still to come; one takes 5 to 15 MB.
CAPACITY = 200


class FeatureStore:
    """Encodes each picture once, and keeps it until the last comparison is through.

    A mask is decoded from its own picture's encoding and from the *kernel* of its
    partner, which is much smaller. When the comparisons are ordered by their own
    picture, the store holds the encodings of at most a group and of the partners from
    the next one, and kernels beyond that. Past `capacity`, encodings of pictures that
    came as partners are dropped, kernels kept, and those pictures are encoded a second
    time when their own turn comes.

    Args:
        encode: called with a picture, returns an object with `tensors["kernel"]`.
        comparisons: every (picture, partner) that will be taken, in that order; partner
            may be None.
        capacity: how many encodings, the current one included, are held at once.
    """

    def __init__(
        self,
        encode: Callable[[Hashable], Any],
        comparisons: Sequence[tuple[Hashable, Hashable | None]],
        capacity: int = CAPACITY,
    ):
        self._encode = encode
        self._capacity = capacity
        self._own_uses = Counter(picture for picture, _ in comparisons)
        self._kernel_uses = Counter(partner for _, partner in comparisons)
        self._encodings: dict[Hashable, Any] = {}
        self._kernels: dict[Hashable, Any] = {}

    def take(self, picture: Hashable, partner: Hashable | None) -> tuple[Any, Any]:
        """The picture's encoding and its partner's kernel (None without a partner)."""
        encoded = self._encodings.get(picture)
        if encoded is None:
            encoded = self._add(picture)
            self._encodings[picture] = encoded  # its turn is now, whatever the capacity
        kernel = None
        if partner is not None:
            if partner not in self._kernels:
                self._add(partner)
            kernel = self._kernels[partner]
        self._release(self._own_uses, picture, self._encodings)
        self._release(self._kernel_uses, partner, self._kernels)
        return encoded, kernel

    def _add(self, picture):
        encoded = self._encode(picture)
        if self._kernel_uses[picture]:
            self._kernels[picture] = encoded.tensors["kernel"]
        if self._own_uses[picture] and len(self._encodings) < self._capacity:
            self._encodings[picture] = encoded
        return encoded

    @staticmethod
    def _release(uses, picture, held):
        uses[picture] -= 1
        if uses[picture] <= 0:
            held.pop(picture, None)
