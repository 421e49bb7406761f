"""What a visitor can do: find, draw at another threshold, download."""

import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tfcoseg.demo.archive import write_archive
from tfcoseg.demo.finding import Found, find_common
from tfcoseg.demo.limits import Limits
from tfcoseg.demo.view import results_html, status_html

# Behind cut-outs: what a visitor chooses, and the colour.
BACKGROUNDS = {
    "Transparent": None,
    "White": (255, 255, 255),
    "Grey": (128, 128, 128),
    "Black": (0, 0, 0),
    "Green": (0, 177, 64),
}
ARCHIVE = "common_object.zip"


class Actions:
    """The page's functions, of plain values, for one network that all visitors share.

    Nothing of a visitor is kept here: what was found goes out, and comes in again.

    Args:
        predictor: a `Predictor`, or what encodes and finds as one.
        limits: what is taken on.
        made_with: for `results.json`: version, weights and options.
        report: is called with a line on each group, which names no picture.
    """

    def __init__(
        self,
        predictor: Any,
        limits: Limits = Limits(),
        made_with: Mapping[str, Any] | None = None,
        report: Callable[[str], Any] = lambda line: None,
    ):
        self._predictor, self._limits = predictor, limits
        self._made_with, self._report = made_with, report

    def find(
        self,
        paths: Sequence[str | os.PathLike] | None,
        step: Callable[[float, str], Any] = lambda share, text: None,
    ) -> Found:
        """What some pictures have in common; the only one that runs the network.

        Raises:
            ValueError: where the limits refuse.
        """
        start = time.monotonic()
        found = find_common(self._predictor, paths or [], self._limits, step)
        seconds = time.monotonic() - start
        self._report(f"{len(found.pictures)} pictures in {seconds:.2f} s")
        return found

    def draw(
        self, found: Found | None, threshold: float, background: str
    ) -> tuple[str, str]:
        """The words, and the pictures, as HTML; none where nothing was looked for."""
        if found is None:
            return "", ""
        masks = [
            one.find.finish(threshold, one.preview.shape[:2])[0]
            for one in found.pictures
        ]
        pictures = results_html(found, masks, BACKGROUNDS[background])
        return status_html(found, masks), pictures

    def archive(
        self, found: Found | None, threshold: float, background: str, folder: Path
    ) -> Path:
        """Writes the download into a new folder below `folder`; returns its path.

        Raises:
            ValueError: where there are no results, or no pictures any longer.
        """
        if found is None:
            raise ValueError(
                "Expected results to download. Press the button that finds the common "
                "object first; results are deleted after a while. Received: none"
            )
        folder.mkdir(parents=True, exist_ok=True)
        path = Path(tempfile.mkdtemp(dir=folder)) / ARCHIVE
        colour = BACKGROUNDS[background]
        write_archive(path, found, threshold, colour, self._made_with)
        return path
