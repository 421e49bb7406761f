"""One picture of a folder and its mask."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import UnidentifiedImageError

from tfcoseg.data.printable import printable
from tfcoseg.pictures import read_image, read_mask, read_size


@dataclass(frozen=True)
class Record:
    """One picture and its mask.

    `name` is the file's name without its suffix. `void_value` is the value of this
    mask's pixels that count nowhere, so that records of several folders can be mixed.
    Where there are `more_masks`, the object is all that any of the masks covers.

    Example:

    >>> record = Record("sheep", "1", Path("1.jpg"), Path("1.png"), void_value=128)
    >>> record.void_value, record.more_masks
    (128, ())
    """

    group: str
    name: str
    image: Path
    mask: Path
    void_value: int | None = None
    more_masks: tuple[Path, ...] = ()


def read_record(
    record: Record, void_value: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Reads a picture and its mask, by `tfcoseg.pictures`, the one reader of all.

    Args:
        record: what to read.
        void_value: of a record that does not name its own.

    Returns:
        The picture, uint8 (h, w, 3), RGB, and its mask, uint8 (h, w), of 0, 1 and
        `VOID`.

    Raises:
        FileNotFoundError, ValueError: as `read_image` and `read_mask` do; also if the
            two are of different sizes.
    """
    image, mask = read_image(record.image), read_true_mask(record, void_value)
    if image.shape[:2] != mask.shape:
        raise ValueError(
            "A picture and its mask must have one size. Received: "
            f"{image.shape[:2]} of {record.image}, {mask.shape} of {record.mask}"
        )
    return image, mask


def read_true_mask(record: Record, void_value: int | None = None) -> np.ndarray:
    """Reads the mask of `read_record` alone: uint8 (h, w) of 0, 1 and `VOID`.

    What one of several masks leaves open, another may know to be object.

    Raises:
        FileNotFoundError, ValueError: as `read_mask` does; also if the masks are of
            different sizes.
    """
    value = void_value if record.void_value is None else record.void_value
    union = read_mask(record.mask, value)
    for path in record.more_masks:
        mask = read_mask(path, value)
        if mask.shape != union.shape:
            raise ValueError(
                "The masks of one picture must have one size. Received: "
                f"{union.shape} of {record.mask}, {mask.shape} of {path}"
            )
        known = (union == 1) | (mask == 1)
        union = np.where(known, np.uint8(1), np.maximum(union, mask))
    return union


def problem_with(record: Record) -> str | None:
    """What keeps a picture from being used, found by decoding it and its mask.

    A line that names the file and can be printed anywhere, or `None`.
    """
    return _problem_with(
        record,
        lambda path: read_image(path).shape[:2],
        lambda path: read_mask(path, record.void_value).shape,
    )


def header_problem_with(record: Record) -> str | None:
    """The part of `problem_with` that the headers of the two files show."""
    return _problem_with(record, read_size, read_size)


def _problem_with(record, image_size, mask_size):
    image = record.image
    try:
        size = image_size(image)
    except (OSError, ValueError) as error:
        return broken_link(image) or _unreadable(image, error)
    for mask in (record.mask, *record.more_masks):
        try:
            other = mask_size(mask)
        except FileNotFoundError:
            return printable(
                broken_link(mask) or f"{image}: its mask is missing, {mask}"
            )
        except (OSError, ValueError) as error:
            return broken_link(mask) or _unreadable(mask, error)
        if size != other:
            return printable(
                f"{image}: height x width is {size[0]} x {size[1]}, but "
                f"{other[0]} x {other[1]} of its mask {mask}"
            )
    return None


def _unreadable(file, error):
    cause = error.__cause__
    if cause is None:  # of another kind: the whole message
        return printable(str(error))
    reason = getattr(cause, "strerror", None) or cause
    if isinstance(cause, UnidentifiedImageError):
        reason = "no format of a picture that Pillow knows"
    return printable(f"{file}: it cannot be read: {reason}")


def broken_link(path: Path) -> str | None:
    """A line on a link that leads to nothing or back to itself, or `None`."""
    if path.is_symlink() and not os.path.exists(path):
        return printable(f"{path}: a link that leads nowhere, or in a circle")
    return None
