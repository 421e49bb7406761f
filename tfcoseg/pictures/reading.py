"""The one reader of pictures and masks, so that all see a file in the same way."""

import os
from contextlib import contextmanager

import numpy as np
from PIL import Image

from tfcoseg.pictures import colours
from tfcoseg.pictures.opening import decoded, opened, orientation, upright
from tfcoseg.signature import MAX_PIXELS, VOID


def read_image(source: str | os.PathLike | Image.Image | np.ndarray) -> np.ndarray:
    """Returns a picture as it is meant to be seen, as RGB.

    The EXIF orientation is honoured, and a colour profile: wider colours become sRGB.
    Grey, palette and CMYK pictures become RGB, an alpha channel is dropped. One channel
    of more than 8 bits is scaled by the 8, 12 or 16 bits that its values need. Of
    several pages of a TIFF the largest is read, of an animation the first picture.
    Whatever else lies beside the pixels is ignored, damaged or not.

    Args:
        source: a path, a PIL image, or an array (h, w), (h, w, 1), (h, w, 3) or (h, w,
            4) with values in 0..255 of any number type. Floats are rounded. What a path
            names is read once: it may be a pipe.

    Returns:
        An array (h, w, 3) of uint8, RGB.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if the file is no picture, is damaged or has more than `MAX_PIXELS`
            pixels, or if the array's shape or values do not fit.
        TypeError: if `source` is none of these.

    Example:

    >>> read_image("a.jpg").shape
    (360, 480, 3)
    >>> read_image(np.zeros((4, 6))).shape
    (4, 6, 3)
    """
    if isinstance(source, Image.Image):
        with _errors_naming("a PIL image"):
            return _to_rgb(_within_limit(source))
    if isinstance(source, (str, os.PathLike)):
        with _errors_naming(source), opened(source) as image:
            return _to_rgb(_within_limit(image))
    if hasattr(source, "__array__"):
        return _array_to_rgb(np.asarray(source))
    raise TypeError(
        "A picture must be given as a path, a PIL image or an array. "
        f"Received: {type(source).__name__}"
    )


def read_mask(path: str | os.PathLike, void_value: int | None = None) -> np.ndarray:
    """Returns a mask of 0 (background), 1 (object) and `VOID` (counts nowhere).

    Args:
        path: a one-channel picture with values {0, 255} or {0, 1}. Of a palette picture
            the indices count, not the colours.
        void_value: the value of the pixels that count nowhere, 2..255, or None.

    Returns:
        An array (h, w) of uint8.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if the file is unreadable or holds any other value.

    Example:

    >>> np.unique(read_mask("my_pictures/masks/sheep/1.png")).tolist()
    [0, 1]
    """
    if void_value is not None and not 2 <= void_value <= 255:
        raise ValueError(
            "`void_value` must be None or in 2..255, usually 255; 0 and 1 are "
            f"background and object. Received: void_value={void_value}"
        )
    with _errors_naming(path), opened(path) as image:
        turned = orientation(_within_limit(image))
        image = upright(decoded(image), turned)
        array = np.asarray(image.convert("L") if image.mode == "1" else image)
    if array.ndim != 2:
        raise ValueError(
            "A mask must have one channel; save it as an 8-bit grey or palette PNG. "
            f"Received: {path} of mode {image.mode}"
        )
    values = np.unique(array).tolist()
    objects = set(values) - {0, void_value}
    if objects not in (set(), {1}, {255}):
        raise ValueError(
            "A mask may hold 0 and either 1 or 255; pass `void_value=255` if 255 marks "
            f"pixels to be ignored. Received: {path} with the values "
            f"{values[:20]}{' and more' if len(values) > 20 else ''}"
        )
    mask = np.isin(array, list(objects)).astype(np.uint8)
    if void_value is not None:
        mask[array == void_value] = VOID
    return mask


def read_size(path: str | os.PathLike) -> tuple[int, int]:
    """Returns (height, width) of what `read_image` would return, from the header.

    Example:

    >>> read_size("a.jpg")
    (360, 480)
    """
    with _errors_naming(path), opened(path) as image:
        width, height = _within_limit(image).size
        on_its_side = orientation(image) >= 5
    return (width, height) if on_its_side else (height, width)


def is_stored_plainly(path: str | os.PathLike) -> tuple[str, bool]:
    """The format of a file, in Pillow's word, and whether its pixels are plain.

    Plain pixels are those that `read_image` gives: upright, of 8 bits a channel, in
    sRGB. Only the header is read.

    Raises:
        FileNotFoundError, ValueError: as `read_image` does.

    Example:

    >>> is_stored_plainly("a.jpg")
    ('JPEG', True)
    """
    with _errors_naming(path), opened(path) as image:
        changed = (
            orientation(image) != 1
            or colours.is_deep(image)
            or colours.has_other_colours(image)
        )
        return image.format, not changed


@contextmanager
def _errors_naming(source):
    """Turns whatever Pillow raises into an error that names the file."""
    try:
        yield
    except FileNotFoundError as error:
        raise FileNotFoundError(f"There is no such picture: {source}") from error
    except MemoryError:
        raise
    # Pillow's decoders raise what the bytes provoke: OSError, SyntaxError and others.
    except Exception as error:
        raise ValueError(
            "Expected a readable picture: JPEG, PNG or another format of Pillow's. "
            f"Received: {source}: {error}"
        ) from error


def _within_limit(image):
    if image.width * image.height > MAX_PIXELS:
        raise ValueError(
            f"{image.width} x {image.height} pixels are more than the {MAX_PIXELS:,} "
            "that are read; make the picture smaller first"
        )
    return image


def _to_rgb(image):
    turned, deep = orientation(image), colours.is_deep(image)
    image = upright(decoded(image), turned)
    if image.mode == "F":
        return _array_to_rgb(np.asarray(image))
    if deep and len(image.getbands()) == 1:
        return _array_to_rgb(colours.deep_to_grey(image))
    rgb = np.array(colours.to_srgb(image))
    if deep:
        colours.check_bits(rgb)
    return rgb


def _array_to_rgb(array):
    fits = array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (1, 3, 4))
    if not fits or 0 in array.shape or array.dtype.kind not in "uif":
        raise ValueError(
            "An array must hold the numbers of one picture, (height, width[, 1, 3 or "
            f"4]). Received: {array.dtype} of shape {array.shape}"
        )
    low, high = array.min(), array.max()
    # Fractions up to 1 would be an almost black picture: surely another scale.
    fractions = array.dtype.kind == "f" and high <= 1 and np.any(array % 1)
    if fractions or not (low >= 0 and high <= 255):
        raise ValueError(
            "A picture's values must be in 0..255 (multiply by 255 if they are in "
            f"0..1) and not NaN. Received: an array with values from {low} to {high}"
        )
    if array.dtype != np.uint8:
        array = np.rint(array).astype(np.uint8)
    array = array[..., None] if array.ndim == 2 else array[..., :3]
    return np.array(np.broadcast_to(array, (*array.shape[:2], 3)))
