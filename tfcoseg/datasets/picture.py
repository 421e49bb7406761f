"""A picture of a benchmark, its masks, and the examples that these make."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow_datasets as tfds
from PIL import ExifTags, Image

from tfcoseg.data.printable import is_text
from tfcoseg.pictures import read_image

# What every TensorFlow decoder shows as Pillow does; other pictures become PNG.
_PLAIN = {("JPEG", "RGB"), ("JPEG", "L"), ("PNG", "RGB"), ("PNG", "L")}


@dataclass(frozen=True)
class Picture:
    """A picture of a benchmark.

    Attributes:
        name: of the picture, without a suffix.
        image: where it lies.
        read_masks: returns {group: array (h, w) of uint8, 0, 1 and `VOID`}, an entry
            per group that the picture stands in. Raises ValueError or OSError.
    """

    name: str
    image: Path
    read_masks: Callable[[], dict[str, np.ndarray]]


def features() -> tfds.features.FeaturesDict:
    """What an example holds; see `CoSegBuilder`."""
    return tfds.features.FeaturesDict(
        {
            "image": tfds.features.Image(shape=(None, None, 3)),
            "mask": tfds.features.Image(shape=(None, None, 1), encoding_format="png"),
            "group": tfds.features.Text(),
            "name": tfds.features.Text(),
        }
    )


def examples_of(picture: Picture) -> Iterator[dict]:
    """Yields an example for each group of a picture, as TFDS wants to encode it.

    Raises:
        OSError, ValueError: if the picture or a mask cannot be read, or the two are of
            different sizes.
    """
    image = read_image(picture.image)
    plain = _is_plain(picture.image)
    # Of files TFDS keeps the bytes; its own encoder takes many times as long.
    stored = picture.image.read_bytes() if plain else _to_png(image)
    for group, mask in picture.read_masks().items():
        if mask.shape != image.shape[:2]:
            raise ValueError(
                f"{picture.image}: height x width is {_by(image)}, but {_by(mask)} of "
                "its mask"
            )
        yield {
            "image": io.BytesIO(stored),
            "mask": io.BytesIO(_to_png(mask)),
            "group": group,
            "name": picture.name,
        }


def key_of(example: dict, picture: Picture) -> str:
    """What TFDS tells the examples of a split apart by.

    Raises:
        ValueError: if it is not UTF-8.
    """
    key = f"{example['group']}/{example['name']}"
    if not is_text(key):
        raise ValueError(
            f"{picture.image}: its name, or that of its group, is not UTF-8; rename it"
        )
    return key


def _to_png(array):
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()


def _by(array):
    return f"{array.shape[0]} x {array.shape[1]}"


def _is_plain(path):
    """Whether the file's bytes may be kept: all decoders see the same in them."""
    with Image.open(path) as image:
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
        return (image.format, image.mode) in _PLAIN and orientation == 1
