"""The features of the pictures that are being compared, each picture encoded once."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

import numpy as np

# Encodings of pictures whose turn is still to come; one takes 2 to 13 MB.
CAPACITY = 200


class FeatureStore:
    """Encodes each picture once, and keeps it until the last comparison is through.

    A mask is decoded from its own picture's encoding and from the mean *kernel* of its
    partners, which is much smaller. When the comparisons are ordered by their own
    picture, the store holds the encodings of at most a group and of the partners from
    the next one, and kernels beyond that. Past `capacity`, encodings of pictures that
    came as partners are dropped, kernels kept, and those pictures are encoded a second
    time when their own turn comes.

    Args:
        encode: called with a picture, returns an object with `tensors["kernel"]`.
        comparisons: every (picture, its partners) that will be taken, in that order.
        capacity: how many encodings, the current one included, are held at once.
    """

    def __init__(
        self,
        encode: Callable[[Hashable], Any],
        comparisons: Sequence[tuple[Hashable, Sequence[Hashable]]],
        capacity: int = CAPACITY,
    ):
        self._encode = encode
        self._capacity = capacity
        self._own_uses = Counter(picture for picture, _ in comparisons)
        self._kernel_uses = Counter(p for _, partners in comparisons for p in partners)
        self._encodings: dict[Hashable, Any] = {}
        self._kernels: dict[Hashable, Any] = {}

    def take(self, picture: Hashable, partners: Sequence[Hashable]) -> tuple[Any, Any]:
        """The picture's encoding and its partners' mean kernel (None without any)."""
        encoded = self._encodings.get(picture)
        if encoded is None:
            encoded = self._add(picture)
            self._encodings[picture] = encoded  # its turn is now, whatever the capacity
        kernel = mean_kernel(map(self._kernel, partners)) if partners else None
        self._release(self._own_uses, picture, self._encodings)
        for partner in partners:
            self._release(self._kernel_uses, partner, self._kernels)
        return encoded, kernel

    def _kernel(self, partner):
        if partner not in self._kernels:
            self._add(partner)
        return self._kernels[partner]

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


def mean_kernel(kernels: Iterable[Any]) -> Any:
    """The mean of one kernel or more; of one it is that kernel, to the bit.

    They are summed one by one in their order, so that a group of any size needs the
    memory of one, and gives the same bits whenever it is computed.
    """
    total, count = None, 0
    for kernel in kernels:
        total = kernel if total is None else np.add(total, kernel)
        count += 1
    return total if count == 1 else total / np.float32(count)
