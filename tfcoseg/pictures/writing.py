"""The one writer of pictures and masks."""

import os

import numpy as np
from PIL import Image

from tfcoseg.files import replace_file


def write_png(
    path: str | os.PathLike, picture: np.ndarray | Image.Image, overwrite: bool = False
) -> None:
    """Writes a PNG, in full or not at all; see `tfcoseg.files.replace_file`.

    Raises:
        FileExistsError: if `path` exists and `overwrite` is false.

    Example:

    >>> write_png("mask.png", np.uint8([[0, 255]]))
    >>> read_mask("mask.png").tolist()
    [[0, 1]]
    """
    picture = to_image(picture)
    # Of photographs Pillow's default, 6, makes files a tenth smaller in twice the time.
    options = {"compress_level": 3} if picture.mode in ("RGB", "RGBA") else {}
    replace_file(path, lambda new: picture.save(new, "PNG", **options), overwrite)


def to_image(picture: np.ndarray | Image.Image) -> Image.Image:
    """A Pillow image of an array: uint8 grey, RGB or RGBA, or uint16 grey.

    Example:

    >>> to_image(np.zeros((4, 6, 4), np.uint8)).mode
    'RGBA'
    """
    return picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
