"""How many pixels a request brings, told before they are decoded."""

import io
from collections.abc import Mapping

import numpy as np
from PIL import Image

from tfcoseg.serve.limits import Limits
from tfcoseg.serve.request_error import RequestError

_FORMATS = ("JPEG", "PNG", "BMP")


def check_json_pixels(body: bytes, limits: Limits) -> None:
    """Raises 413 for a body of too many pixels, before it is parsed.

    In JSON each pixel is a list of three numbers, and in memory lists and numbers are
    far larger than their text.
    """
    lists = body.count(b"[") + body.count(b"{")
    if max(lists, body.count(b",") / 4) > limits.json_pixels:
        raise RequestError(
            413,
            f"The body holds more than {limits.json_pixels:,} pixels as numbers; send "
            "encoded pictures to `serve_bytes`, or smaller ones",
        )


def check_announced_pixels(arrays: Mapping[str, np.ndarray], limits: Limits) -> None:
    """Raises 400 if the headers of encoded pictures announce too many pixels."""
    contents = [
        content
        for array in arrays.values()
        if array.dtype == object
        for content in array.flat
    ]
    if sum(map(_announced_pixels, contents)) > limits.picture_pixels:
        raise RequestError(
            400,
            f"The pictures have more than {limits.picture_pixels:,} pixels together; "
            "send fewer at a time, or make them smaller",
        )


def _announced_pixels(content):
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            return image.width * image.height
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return float("inf")
    # Whatever else Pillow stumbles over is for the model to refuse.
    except Exception:
        return 0
