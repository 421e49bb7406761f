"""Pictures as a server takes them, checked and turned before they are sent."""

import io
import os
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from tfcoseg.pictures import is_stored_plainly, read_image, read_size, resize_image

# A phone's JPEG may hold a second picture, and is then called MPO. Of BMP, TensorFlow
# does not read the palette; of what else Pillow reads, it decodes little.
_AS_THEY_ARE = ("JPEG", "MPO", "PNG")
_JPEG = ("JPEG", "MPO")
# A picture of more pixels would be a PNG of 7 MB and up.
_MAX_PNG_PIXELS = 4_000_000


@dataclass(frozen=True, eq=False)
class SentPicture:
    """A picture on its way to a server.

    Attributes:
        content: the bytes of a picture file, or pixels (height, width, 3) of uint8.
        size: the picture's own (height, width), which its mask will have.
        path: the file whose bytes are sent unseen; None if the picture was read here.
    """

    content: bytes | np.ndarray
    size: tuple[int, int]
    path: str | None = None


def as_file(image: Any) -> SentPicture:
    """A picture as the bytes of a file that TensorFlow decodes as this package does.

    The bytes of a JPEG or PNG file whose pixels are plain are sent as they are:
    TensorFlow drops an alpha channel and reads grey, palette and CMYK as `read_image`
    does. It ignores the EXIF orientation and colour profiles, though, and scales 16
    bits otherwise, so that is done here. What it changes and everything else becomes a
    PNG, without loss. Only such a JPEG of more than 4 megapixels becomes a JPEG again,
    at the best quality; what that changes is all but gone at the size the network sees.

    Args:
        image: as in `tfcoseg.pictures.read_image`. Of a JPEG file only the header is
            read, and what else is wrong with it is left for the server to find.

    Raises:
        ValueError: if it is no picture, is damaged, or has too many pixels.
    """
    kind = pixels = None
    if isinstance(image, (str, os.PathLike)):
        size = read_size(image)  # refuses too many pixels before any is decoded
        kind, plain = is_stored_plainly(image)
        if kind == "PNG":
            pixels = read_image(image)  # a server may see less of what is wrong with it
        if plain and kind in _AS_THEY_ARE:
            with open(image, "rb") as file:
                return SentPicture(file.read(), size, os.fspath(image))
    pixels = read_image(image) if pixels is None else pixels
    if kind in _JPEG and size[0] * size[1] > _MAX_PNG_PIXELS:
        content = _encode(pixels, "JPEG", quality=100, subsampling=0)
    else:
        content = _encode(pixels, "PNG", compress_level=3)
    return SentPicture(content, pixels.shape[:2])


def as_pixels(image: Any, working_size: int) -> SentPicture:
    """A picture as pixels, resized to a square as `Predictor` does."""
    pixels = read_image(image)
    square = resize_image(pixels, (working_size, working_size))
    return SentPicture(square, pixels.shape[:2])


def damage(picture: SentPicture) -> str:
    """What is wrong with a file that was sent unseen; empty if Pillow can read it."""
    if picture.path is not None:
        try:
            with Image.open(io.BytesIO(picture.content)) as image:
                image.load()
        except Exception as error:  # Pillow raises what the bytes provoke
            return f"{picture.path}: {error}"
    return ""


def _encode(pixels, kind, **options):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()
