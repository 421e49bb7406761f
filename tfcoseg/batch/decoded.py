"""Pictures that are needed twice: decoded once, as far as memory allows."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from tfcoseg.batch.sheet import small_copy

# Of pictures that are kept until they are drawn: seven of 12 megapixels.
_MOST_BYTES = 2**28


class Decoded:
    """Reads pictures, and keeps those that will be asked for again.

    Args:
        read: reads a picture, uint8 (height, width, 3), as `read_image`.
        with_small_copies: whether to keep of each a small copy for a contact sheet.
    """

    def __init__(
        self, read: Callable[[Path], np.ndarray], with_small_copies: bool = False
    ):
        self._read, self._with_small_copies = read, with_small_copies
        self._kept: dict[Path, np.ndarray] = {}
        self._bytes = 0
        self.small: dict[Path, np.ndarray] = {}

    def read(self, path: Path, again: bool = False) -> np.ndarray:
        """A picture, kept if it will be asked for `again` and there is room.

        Raises:
            OSError, ValueError: as `read`.
        """
        picture = self._kept.pop(path, None)
        if picture is None:
            picture = self._read(path)
            if self._with_small_copies:
                self.small[path] = small_copy(picture)
        else:
            self._bytes -= picture.nbytes
        if again and self._bytes + picture.nbytes <= _MOST_BYTES:
            self._kept[path] = picture
            self._bytes += picture.nbytes
        return picture
