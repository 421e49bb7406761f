"""From uploaded files to what they have in common, kept for as often as it is drawn."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tfcoseg.demo.limits import Limits
from tfcoseg.inference import Find
from tfcoseg.pictures import read_image, to_image

# The longer side, in pixels, of the pictures that the page shows.
PREVIEW_SIDE = 640


@dataclass(frozen=True, eq=False)
class FoundPicture:
    """A picture, and where in it the common object may be.

    Attributes:
        path: of the upload, which is named as the visitor's file.
        preview: uint8 (height, width, 3), at most `PREVIEW_SIDE` on its longer side.
        find: the soft mask at the size the network works at, and the score.
    """

    path: Path
    preview: np.ndarray
    find: Find

    @property
    def name(self) -> str:
        """What the visitor calls it."""
        return self.path.name


@dataclass(frozen=True, eq=False)
class Found:
    """What the network has to say of a group; the threshold comes later.

    This is all that is kept of a visitor: of a picture its small preview and its small
    soft mask, 1.7 MB at most at the default working size, and not its pixels.

    Attributes:
        pictures: in the order of the uploads.
        problems: a sentence on each file that could not be used.
    """

    pictures: tuple[FoundPicture, ...]
    problems: tuple[str, ...] = ()


def find_common(
    predictor: Any,
    paths: Sequence[str | os.PathLike],
    limits: Limits = Limits(),
    step: Callable[[float, str], Any] = lambda share, text: None,
    clock: Callable[[], float] = time.monotonic,
) -> Found:
    """Runs the network on a group: the only place of the page that does.

    Args:
        predictor: a `Predictor`, or what encodes and finds as one.
        paths: of the pictures. One that cannot be used is named and left out.
        limits: what is taken on.
        step: called with the share of the work that is done, 0..1, and what is next.
        clock: tells the time in seconds.

    Raises:
        ValueError: for too few or too many pictures, too few that can be used, or if it
            takes too long.
    """
    limits.check_count(len(paths))
    end = clock() + limits.seconds
    parts, problems = [], []
    for number, path in enumerate(map(Path, paths)):
        _check_time(clock() < end, limits, number, len(paths))
        step(number / (len(paths) + 1), f"Looking at {path.name}")
        try:
            limits.check_file(path)
            picture = read_image(path)
        except (OSError, ValueError) as error:
            problems.append(_problem(path, str(error)))
            continue
        parts.append((path, _preview(picture), predictor.encode(picture)))
    if len(parts) < 2:
        raise ValueError(_too_few(len(parts), problems))
    _check_time(clock() < end, limits, len(paths), len(paths))
    step(len(paths) / (len(paths) + 1), "Comparing the pictures")
    finds = predictor.find([encoded for *_, encoded in parts])
    pictures = [
        FoundPicture(path, preview, find)
        for (path, preview, _), find in zip(parts, finds)
    ]
    return Found(tuple(pictures), tuple(problems))


def _check_time(in_time, limits, done, count):
    if not in_time:
        raise ValueError(
            f"Expected to be done within {limits.seconds:g} seconds. Try fewer or "
            f"smaller pictures, or later. Received: only {done} of {count} pictures "
            "until then"
        )


def _problem(path, error):
    """The error, of a file that is called as its visitor does, wherever it lies."""
    error = error.replace(str(path), path.name)
    return error if path.name in error else f"{path.name}: {error}"


def _too_few(count, problems):
    return (
        "Expected at least two pictures that can be used. Add others. Received: "
        f"{count or 'none'}. {'. '.join(problems)}"
    )


def _preview(picture):
    image = to_image(picture)
    image.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    return np.asarray(image)
