"""COCO's run lengths: a mask as a short text that pycocotools reads."""

from typing import Any

import numpy as np

# A character holds five bits of a number and whether more follow, from this one on.
_BITS, _MORE, _SIGN, _FIRST = 5, 0x20, 0x10, 48


def encode_rle(mask: np.ndarray) -> dict[str, Any]:
    """Encodes a mask losslessly.

    The runs go down the columns, background first. From the fourth on each is written
    as its difference to the one before the last, since neighbouring columns are alike.

    Args:
        mask: (height, width) of bool, or of numbers of which 0 is background.

    Returns:
        `{"size": [height, width], "counts": text}`, as `pycocotools.mask.encode` gives
        it, with the counts as str, which JSON can hold, rather than bytes.

    Example:

    >>> encode_rle(np.array([[0, 1], [1, 1]]))
    {'size': [2, 2], 'counts': '13'}
    """
    if mask.ndim != 2:
        raise ValueError(
            f"`mask` must have the shape (height, width). Received: shape={mask.shape}"
        )
    values = np.asarray(mask, bool).ravel(order="F")
    changes = np.flatnonzero(values[1:] != values[:-1]) + 1
    runs = np.diff(changes, prepend=0, append=values.size).tolist()
    if values.size and values[0]:
        runs.insert(0, 0)
    return {"size": list(mask.shape), "counts": _to_text(runs)}


def decode_rle(rle: dict[str, Any]) -> np.ndarray:
    """The mask that `encode_rle` or pycocotools encoded.

    Args:
        rle: `{"size": [height, width], "counts": str or bytes}`.

    Returns:
        Mask (height, width) of bool.

    Raises:
        ValueError: if the counts do not fill the size, or are no such text.

    Example:

    >>> decode_rle({"size": [2, 2], "counts": "13"}).astype(int).tolist()
    [[0, 1], [1, 1]]
    """
    height, width = rle["size"]
    counts = rle["counts"]
    runs = _to_runs(counts.decode("ascii") if isinstance(counts, bytes) else counts)
    if min(runs, default=0) < 0 or sum(runs) != height * width:
        raise ValueError(
            f"Expected run lengths of {height} x {width} pixels, as COCO compresses "
            f"them. Received: {counts[:40]!r}, which are {sum(runs)} pixels"
        )
    values = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    return values.reshape((height, width), order="F")


def _to_text(runs):
    characters = []
    for index, run in enumerate(runs):
        number = run - runs[index - 2] if index > 2 else run
        while True:
            bits = number & (_MORE - 1)
            number >>= _BITS
            # The last character's highest bit is the sign of the whole number.
            if number == (-1 if bits & _SIGN else 0):
                characters.append(chr(_FIRST + bits))
                break
            characters.append(chr(_FIRST + bits + _MORE))
    return "".join(characters)


def _to_runs(text):
    runs, number, shift = [], 0, 0
    for character in text:
        bits = ord(character) - _FIRST
        number |= (bits & (_MORE - 1)) << shift
        shift += _BITS
        if not bits & _MORE:
            if bits & _SIGN:
                number -= 1 << shift
            runs.append(number + runs[-2] if len(runs) > 2 else number)
            number, shift = 0, 0
    return runs
