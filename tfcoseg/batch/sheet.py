"""A contact sheet: a group's pictures with what was found in them, at one glance."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from PIL import Image

from tfcoseg.pictures import read_image, write_png
from tfcoseg.visualization import contact_sheet, fitting_size, overlay

_HEIGHT, _COLUMNS = 160, 5


def write_sheet(
    output: Path,
    name: str,
    entries: Mapping[Path, dict[str, Any]],
    again: bool,
    copies: Mapping[Path, np.ndarray] = MappingProxyType({}),
) -> None:
    """Writes the contact sheet of a group from what is on the disk.

    Args:
        output: the folder of everything that is written.
        name: the sheet's, below that folder.
        entries: of the group, by the path of the picture.
        again: whether it is made anew if it is there.
        copies: small copies, as `small_copy` makes them, of pictures that were decoded
            before; the others are read.
    """
    if (output / name).is_file() and not again:
        return
    thumbnails = []
    for path, entry in entries.items():
        small = copies[path] if path in copies else small_copy(read_image(path))
        mask_path = output / entry["outputs"]["mask"]
        thumbnails.append(_thumbnail(small, mask_path, _caption(entry)))
    rows = [
        thumbnails[start : start + _COLUMNS]
        for start in range(0, len(thumbnails), _COLUMNS)
    ]
    height = max(one.shape[0] for one in thumbnails)
    write_png(output / name, contact_sheet(rows, None, height, gap=4), True)


def small_copy(picture: np.ndarray) -> np.ndarray:
    """A picture, uint8 (height, width, 3), as small as a contact sheet has it."""
    size = fitting_size(picture.shape, _HEIGHT)[::-1]
    small = Image.fromarray(picture).resize(size, Image.Resampling.BILINEAR)
    return np.asarray(small)


def _thumbnail(small, mask_path, caption):
    """A small copy with its object tinted, under its caption."""
    with Image.open(mask_path) as mask:
        small_mask = mask.resize(small.shape[1::-1], Image.Resampling.NEAREST)
    tinted = overlay(small, np.asarray(small_mask))
    return np.asarray(contact_sheet([[tinted]], [caption], _HEIGHT, gap=4))


def _caption(entry):
    verdict = "" if entry["found"] else ", not found"
    return f"{Path(entry['file']).name}: {entry['score']:.2f}{verdict}"
