"""Which files are taken for pictures."""

import functools
from pathlib import Path

from PIL import Image

# Pillow opens these, or their headers, too, but they are no photographs.
_OTHERS = ("BUFR", "EPS", "GRIB", "HDF5", "IPTC", "MPEG", "WMF")
# What Pillow opens with a plugin (the extra [heic]), or not at all, is told of all the
# same.
_NEED_MORE = (".heic", ".heics", ".heif", ".heifs", ".hif", ".avif", ".jxl")
# Of a file without an ending the first bytes tell. Other formats' are too few.
_BEGINNINGS = (
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"GIF8",
    b"II*\0",
    b"MM\0*",
    b"BM",
    b"\0\0\0\x0cjP  ",
    b"\xff\x4f\xff\x51",
)
_BOXES = (b"ftyphei", b"ftyphev", b"ftypavi", b"ftypmif1", b"ftypmsf1")


@functools.cache
def picture_suffixes() -> tuple[str, ...]:
    """The endings of files that are taken for pictures: those that Pillow opens here.

    Example:

    >>> [suffix in picture_suffixes() for suffix in (".jpg", ".jfif", ".heic", ".txt")]
    [True, True, True, False]
    """
    Image.init()
    # MPO, a JPEG with a second picture behind it, is opened as a JPEG.
    formats = set(Image.OPEN).difference(_OTHERS) | {"MPO"}
    known = {suffix for suffix, name in Image.EXTENSION.items() if name in formats}
    return tuple(sorted(known.union(_NEED_MORE)))


def is_picture_name(path: Path) -> bool:
    """Whether a file in a folder is taken for a picture.

    Its ending says so, or its first bytes if it has none. It is not hidden, and neither
    a pipe nor a device. Its content may still be anything.

    Example:

    >>> [is_picture_name(Path(name)) for name in ("a.jpg", "pairs.csv", ".a.jpg")]
    [True, False, False]
    """
    if path.name.startswith("."):
        return False
    if path.suffix:
        return path.suffix.lower() in picture_suffixes() and not _is_special(path)
    return path.is_file() and _begins_like_a_picture(path)


def _is_special(path):
    """Whether a name is that of a pipe or a device."""
    try:
        return path.exists() and not (path.is_file() or path.is_dir())
    except OSError:  # a link to itself
        return False


def _begins_like_a_picture(path):
    try:
        with open(path, "rb") as file:
            first = file.read(16)
    except OSError:
        return False
    in_riff = first[:4] == b"RIFF" and first[8:12] == b"WEBP"
    return first.startswith(_BEGINNINGS) or in_riff or first[4:].startswith(_BOXES)
