"""Which files are taken for pictures."""

from pathlib import Path

# Of the files in a folder that are taken for pictures.
SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff")


def is_picture_name(path: Path) -> bool:
    """Whether a file in a folder is taken for a picture: by its ending, and not hidden.

    Its content may still be anything.

    Example:

    >>> [is_picture_name(Path(name)) for name in ("a.JPG", "a.txt", ".a.jpg")]
    [True, False, False]
    """
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
