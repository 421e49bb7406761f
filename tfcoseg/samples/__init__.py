"""Drawn sample pictures: two scenes with a sheep in each, and one without.

`python -m tfcoseg.samples.draw` drew them, with the true masks of the two sheep.
"""

from pathlib import Path

_FOLDER = Path(__file__).parent


def pair() -> tuple[Path, Path]:
    """The two pictures that have one kind of object in common.

    Example:

    >>> [path.name for path in pair()]
    ['sheep_meadow.png', 'sheep_coast.png']
    """
    return _FOLDER / "sheep_meadow.png", _FOLDER / "sheep_coast.png"


def masks() -> tuple[Path, Path]:
    """The true masks of the pictures of `pair`: 8-bit, 0 and 255.

    Example:

    >>> [path.name for path in masks()]
    ['sheep_meadow_mask.png', 'sheep_coast_mask.png']
    """
    return _FOLDER / "sheep_meadow_mask.png", _FOLDER / "sheep_coast_mask.png"


def without_common_object() -> Path:
    """A picture that shares no object with those of `pair`.

    Example:

    >>> without_common_object().name
    'car_street.png'
    """
    return _FOLDER / "car_street.png"
