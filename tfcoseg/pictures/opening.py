"""Opens picture files whose pixels are whole, whatever lies beside the pixels."""

import io
import os
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_PNG = b"\x89PNG\r\n\x1a\n"
# Chunks of a PNG without which its pixels cannot be had, or look different.
_PIXELS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_SEEN = (*_PIXELS, b"eXIf", b"iCCP")
_HEIF = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_END_OF_JPEG = b"\xff\xd9"
# A whole JPEG gives the same pixels whatever follows them, but for a bit or two.
_TOLERANCE = 3


@contextmanager
def opened(path: str | os.PathLike) -> Iterator[Image.Image]:
    """The picture of a file, its pixels not decoded yet; the largest of several.

    What cannot be read twice, such as a pipe, is read into memory. Of a PNG that Pillow
    refuses for its texts, colour profile or EXIF data the pixels are taken alone.

    Raises:
        OSError, ValueError, SyntaxError: as Pillow does.
    """
    with open(path, "rb") as file:
        if not file.seekable():
            file = io.BytesIO(file.read())
        try:
            image = _open(file)
        except UnidentifiedImageError as error:  # Pillow names the object in memory
            name = os.fspath(path)
            raise UnidentifiedImageError(
                f"cannot identify image file {name!r}"
            ) from error
        try:
            _go_to_largest_page(image)
            yield image
        finally:
            image.close()


def decoded(image: Image.Image) -> Image.Image:
    """The same picture with its pixels decoded.

    A JPEG that ends a little early is read if all of its pixels are there: that is
    known from decoding it twice, with different bytes in place of what is missing. So
    is a PNG with more texts behind its pixels than Pillow takes.
    """
    try:
        image.load()
        return image
    except Exception:
        if (other := _mended(image.format, _content(image))) is not None:
            return other
        raise


def orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8, or 1 where it cannot be had."""
    try:
        with _silence():
            # The base class's method: that of PNG decodes the whole picture first.
            exif = Image.Image.getexif(image)
            if not exif and image.format == "PNG" and image.fp is not None:
                exif.load(_late_exif(image.fp))
            value = exif.get(ExifTags.Base.Orientation, 1)
    # The data are anybody's, and each kind of damage has an error of its own.
    except Exception:
        return 1
    return value if value in range(1, 9) else 1


def upright(image: Image.Image, turned: int) -> Image.Image:
    """The picture as an orientation says that it is to be seen."""
    return image.transpose(_TURNS[turned]) if turned in _TURNS else image


@contextmanager
def _silence():
    """No warnings of Pillow's about what lies beside the pixels."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=UserWarning, module="PIL")
        yield


def _open(file):
    try:
        with _silence():
            return Image.open(file)
    # Most is an UnidentifiedImageError, but each kind of damage may have its own.
    except Exception:
        file.seek(0)
        content = file.read()
        if content[4:8] == b"ftyp" and content[8:12] in _HEIF:
            _register_heif()
            return Image.open(io.BytesIO(content))
        for bare in _bare(content):
            with suppress(Exception), _silence():
                return Image.open(io.BytesIO(bare))
        raise


def _register_heif():
    try:
        from pillow_heif import register_heif_opener
    except ImportError as error:
        raise ValueError(
            "a HEIC photograph needs a plugin: pip install 'tfcoseg[heic]'"
        ) from error
    register_heif_opener()


def _go_to_largest_page(image):
    """Pages of a TIFF may be a thumbnail and the picture."""
    if image.format != "TIFF":
        return
    sizes = [image.width * image.height]
    try:
        while True:
            image.seek(len(sizes))
            sizes.append(image.width * image.height)
    except Exception:  # there is none, or it is damaged
        image.seek(int(np.argmax(sizes)))


def _content(image):
    """All bytes of the file behind a picture, as far as it is still open."""
    file = getattr(image, "fp", None)
    if file is None:
        return b""
    file.seek(0)
    return file.read()


def _mended(kind, content):
    """The picture read in another way in which it is whole, or None."""
    if kind in ("JPEG", "MPO"):
        content = content.rstrip(b"\xff")
        ends = (_END_OF_JPEG, b"\x55\xaa" * 64 + _END_OF_JPEG)
        one, other = (_loaded(content + end) for end in ends)
        return one if one and other and _are_the_same(one, other) else None
    return next(filter(None, map(_loaded, _bare(content))), None)


def _are_the_same(one, other):
    one, other = (np.asarray(image, np.int16) for image in (one, other))
    return one.shape == other.shape and np.abs(one - other).max() <= _TOLERANCE


def _loaded(content):
    try:
        image = Image.open(io.BytesIO(content))
        image.load()
    except Exception:
        return None
    return image


def _bare(content):
    """Copies of a PNG with fewer and fewer chunks; none of other files."""
    kinds = (_SEEN, _PIXELS) if content.startswith(_PNG) else ()
    return (_with_chunks(content, kind) for kind in kinds)


def _with_chunks(content, kinds):
    """A PNG of some kinds of chunks; beside the pixels whole ones alone."""
    kept = [_PNG]
    for kind, start, end in _chunks(content):
        checksum = struct.pack(">I", zlib.crc32(content[start + 4 : end - 4]))
        if kind in kinds and (kind in _PIXELS or checksum == content[end - 4 : end]):
            kept.append(content[start:end])
    return b"".join(kept)


def _chunks(content):
    """(kind, start, end) of each chunk of a PNG."""
    start = len(_PNG)
    while start + 12 <= len(content):
        (length,) = struct.unpack(">I", content[start : start + 4])
        yield content[start + 4 : start + 8], start, start + 12 + length
        start += 12 + length


def _late_exif(file):
    """The EXIF data of a PNG that lie behind its pixels; the pixels are skipped."""
    place = file.tell()
    try:
        file.seek(len(_PNG))
        while len(head := file.read(8)) == 8:
            (length,) = struct.unpack(">I", head[:4])
            if head[4:] == b"eXIf":
                return file.read(length)
            file.seek(length + 4, os.SEEK_CUR)
        return b""
    finally:
        file.seek(place)
