"""What a server is told, and what is made of its answer, for either signature."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from tfcoseg import signature as names
from tfcoseg.client.errors import bad_answer
from tfcoseg.client.pictures import SentPicture, as_file, as_pixels
from tfcoseg.pictures import resize_soft_mask


@dataclass(frozen=True)
class Contract:
    """How one signature of an exported model is asked.

    Attributes:
        prepare: from a picture of any kind and the working size to what is sent.
        pack: from the content of what is sent to the batch of one that an input takes.
        masks: the names of the outputs with the masks.
        read_mask: from the row of such an output and the picture that was sent to its
            soft mask, float32 of the picture's own (height, width).
    """

    prepare: Callable[[Any, int], SentPicture]
    pack: Callable[[Any], np.ndarray]
    masks: tuple[str, str]
    read_mask: Callable[[Any, SentPicture], np.ndarray]


def read_answer(
    contract: Contract,
    outputs: Mapping[str, np.ndarray],
    pictures: Sequence[SentPicture],
) -> tuple[list[np.ndarray], float]:
    """The two soft masks and the score of the pair in a server's answer.

    Raises:
        RequestError: if one is missing, or is not what it should be.
    """
    scores = (names.SCORE_A, names.SCORE_B)
    wanted = (*contract.masks, *scores)
    missing = [name for name in wanted if name not in outputs]
    if missing:
        raise bad_answer(", ".join(wanted), f"no {', '.join(missing)}")
    soft_masks = [
        _read_row(outputs, name, contract.read_mask, picture)
        for name, picture in zip(contract.masks, pictures)
    ]
    score, again = (_read_row(outputs, name, _read_score) for name in scores)
    if score != again:
        raise bad_answer(
            "one score for both pictures, as models that were exported by this version "
            "of tfcoseg give",
            f"{names.SCORE_A} {score} and {names.SCORE_B} {again}",
        )
    return soft_masks, score


def read_group(
    outputs: Mapping[str, np.ndarray], pictures: Sequence[SentPicture]
) -> tuple[list[np.ndarray], list[float]]:
    """The soft masks and the scores in an answer about a group.

    Raises:
        RequestError: if one is missing, or is not what it should be.
    """
    wanted = (names.MASKS_BYTES, names.SCORES)
    if missing := [name for name in wanted if name not in outputs]:
        raise bad_answer(", ".join(wanted), f"no {', '.join(missing)}")
    count = len(pictures)
    soft_masks = [
        _read_row(outputs, names.MASKS_BYTES, _read_png, picture, row=row, of=count)
        for row, picture in enumerate(pictures)
    ]
    scores = [
        _read_row(outputs, names.SCORES, _read_score, row=row, of=count)
        for row in range(count)
    ]
    return soft_masks, scores


def _read_row(outputs, name, read, *arguments, row=0, of=1):
    """Reads one of so many rows of an output; an error names the output."""
    array = outputs[name]
    if array.ndim == 0 or len(array) != of:
        rows = "one row" if of == 1 else f"{of} rows"
        raise bad_answer(f"{rows} of {name}", f"shape {array.shape}")
    try:
        return read(array[row], *arguments)
    except MemoryError:
        raise
    except Exception as error:  # Pillow raises what the bytes provoke
        raise bad_answer(f"a {name} that fits its picture", error) from error


def _read_score(row):
    return float(_probabilities(row, ()))


def _read_png(row, picture):
    if not isinstance(row, bytes):
        raise TypeError("no bytes of a PNG")
    with Image.open(io.BytesIO(row), formats=["PNG"]) as image:
        # The header first: the pixels may be many.
        size = (image.height, image.width)
        if image.mode != "L" or size != tuple(picture.size):
            raise ValueError(
                f"a PNG of mode {image.mode} and size {size} instead of L and "
                f"{tuple(picture.size)}"
            )
        return np.asarray(image).astype(np.float32) / np.float32(255)


def _read_map(row, picture):
    soft_mask = _probabilities(row, (*picture.content.shape[:2], 1))
    return resize_soft_mask(soft_mask[..., 0], picture.size)


def _probabilities(values, shape):
    array = np.asarray(values, np.float32)
    if array.shape != shape:
        raise ValueError(f"shape {array.shape} instead of {shape}")
    if not (array.min() >= 0 and array.max() <= 1):  # nor NaN
        raise ValueError(f"values from {array.min()} to {array.max()}, not in 0..1")
    return array


def _strings(content):
    return np.array([content], object)


CONTRACTS = {
    names.SERVE_BYTES: Contract(
        lambda image, working_size: as_file(image),
        _strings,
        (names.MASK_A_BYTES, names.MASK_B_BYTES),
        _read_png,
    ),
    names.SERVING_DEFAULT: Contract(
        as_pixels,
        lambda pixels: pixels[None],
        (names.MASK_A, names.MASK_B),
        _read_map,
    ),
}
