"""What the page takes on at most."""

import os
from dataclasses import dataclass

from tfcoseg.pictures import read_size


@dataclass(frozen=True)
class Limits:
    """Numbers, sizes and times beyond which the page refuses, and says so.

    Attributes:
        pictures: in one group; two are the least.
        megabytes: of one picture's file, in 10^6 bytes; a greater one is refused while
            it is being uploaded.
        megapixels: of one picture, as its header announces them.
        seconds: from the beginning of the work on a group, not counting the wait, to
            its masks. It is looked at before each picture.
        waiting: what all visitors together may have in the queue; more are told to come
            back.
        keep_seconds: for which uploads, results and downloads are kept.
        sessions: visitors whose results are kept at the same time; of more, the first
            lose theirs. A visitor's take about 1.5 MB a picture at the default size.
    """

    pictures: int = 8
    megabytes: int = 20
    megapixels: int = 50
    seconds: float = 60.0
    waiting: int = 20
    keep_seconds: int = 3600
    sessions: int = 50

    def __post_init__(self):
        for name, value in vars(self).items():
            least = 2 if name == "pictures" else 1
            if name != "seconds" and value < least or value <= 0:
                raise ValueError(
                    f"`{name}` must be at least {least}. Received: {value!r}"
                )

    def check_count(self, count: int) -> None:
        """Raises ValueError unless so many pictures can be a group."""
        if count < 2:
            raise ValueError(
                f"Expected 2 to {self.pictures} pictures, since what they have in "
                f"common is looked for. Add some more. Received: {count or 'none'}"
            )
        if count > self.pictures:
            raise ValueError(
                f"Expected 2 to {self.pictures} pictures. Remove some. "
                f"Received: {count}"
            )

    def check_file(self, path: str | os.PathLike) -> None:
        """Raises ValueError for a file that is too large, before it is decoded."""
        megabytes = os.path.getsize(path) / 1e6
        if megabytes > self.megabytes:
            raise ValueError(
                f"Expected a file of at most {self.megabytes} MB. Save it smaller. "
                f"Received: {megabytes:.1f} MB"
            )
        height, width = read_size(path)
        if height * width > self.megapixels * 1e6:
            raise ValueError(
                f"Expected at most {self.megapixels} megapixels. Make the picture "
                f"smaller. Received: {width} x {height} pixels"
            )
