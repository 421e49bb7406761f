"""The gate: a file of less precision must still find the same masks.

Quantised networks fail silently, so every one is compared, on pictures, with the
float32 network that it was made from, before it is written.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np

from tfcoseg import samples
from tfcoseg.inference.group import ROUNDS
from tfcoseg.inference.litert import load_stages
from tfcoseg.inference.partners import all_others
from tfcoseg.inference.stages import Arrays, StagesRuntime
from tfcoseg.pictures import read_image, resize_image
from tfcoseg.signature import (
    IMAGE_A,
    IMAGE_B,
    MASK_A,
    MASK_B,
    SERVING_DEFAULT,
    WORKING_SIZE,
)

# The least mean IoU with the float32 file, by precision.
LEAST_IOU = {"float16": 0.98, "dynamic": 0.98, "int8": 0.93}

# Sides of the squares at which the drawn samples are looked at.
_SAMPLE_SIZES = (257, 321, 385)

# From this probability on a pixel belongs to the mask, as it does for a `Predictor`.
_THRESHOLD = 0.5

# Fewer masks with an object in them would be no more than an example.
_LEAST_MASKS = 4

Pairs = Iterable[tuple[np.ndarray, np.ndarray]]
Stages = Mapping[str, Callable[[Arrays], Arrays]]


def sample_pairs() -> list[tuple[np.ndarray, np.ndarray]]:
    """The two drawn sheep, each as it is and mirrored, at several sizes."""
    first, second = (read_image(path) for path in samples.pair())
    both = [
        (first, second),
        (first[:, ::-1], second),
        (first, second[:, ::-1]),
        (second[:, ::-1], first[:, ::-1]),
    ]
    return [_squares(pair, size) for size in _SAMPLE_SIZES for pair in both]


def read_pairs(
    folder: str | os.PathLike, size: int = WORKING_SIZE
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Consecutive pictures of each group of a folder, resized to squares.

    Args:
        folder: holds images/<group>/<name>.jpg, as for training; masks are not needed.
        size: side of the squares, in pixels.

    Raises:
        FileNotFoundError: if there is no such folder.
        ValueError: if a file is no picture, or no group has two.
    """
    root = Path(folder) / "images"
    if not root.is_dir():
        raise FileNotFoundError(
            f"Expected a folder that holds images/<group>/. Received: {folder}"
        )
    pairs = []
    for group in sorted(entry for entry in root.iterdir() if entry.is_dir()):
        files = sorted(file for file in group.iterdir() if file.name[0] != ".")
        pictures = [read_image(file) for file in files]
        pairs += zip(pictures, pictures[1:])
    if not pairs:
        raise ValueError(
            "Expected two pictures of one kind of object in images/<group>/. "
            f"Received: {folder} without"
        )
    return [_squares(pair, size) for pair in pairs]


def check_masks(
    candidate: bytes, reference: bytes, pairs: Pairs, least: float
) -> float:
    """Makes sure that a file finds the masks of another one.

    Both ways through a file are compared, the signature of pairs and the stages one by
    one, since each is quantised by itself. Masks that are empty in both files do not
    count: they would tell how many pictures show nothing, not how good the file is.

    Args:
        candidate: content of a LiteRT file.
        reference: that of the float32 file of the same model.
        pairs: pictures, uint8 (height, width, 3), run at their size.
        least: the mean IoU, 0..1, that must be reached.

    Returns:
        The mean IoU of the way that did worse.

    Raises:
        ValueError: if it is less; if a mask is not finite; or if the reference finds
            too little on the pictures for anything to be told from them.
    """
    candidate, reference = load_stages(candidate), load_stages(reference)
    scores: tuple[list[float], list[float]] = [], []
    found, count = 0, 0
    for count, (a, b) in enumerate(pairs, 1):
        expected = _masks(whole_masks(reference, a, b))
        found += sum(mask.any() for mask in expected)
        for way, kept in zip((whole_masks, stage_masks), scores):
            both = zip(_masks(way(candidate, a, b)), expected)
            kept += [iou(mask, same) for mask, same in both if (mask | same).any()]
    if found < _LEAST_MASKS:
        raise ValueError(
            "The pictures for the gate must show objects that the float32 model "
            f"finds, {_LEAST_MASKS} or more, or its masks say too little; pass --gate "
            "FOLDER with pictures of what the model was trained for (`pairs` in "
            f"Python). Received: {count} pairs in which it finds {found}"
        )
    reached = float(min(map(np.mean, scores)))
    if reached < least:
        raise ValueError(
            f"The masks must have a mean IoU of at least {least} with those of the "
            "float32 file; choose a higher precision, or calibrate with pictures of "
            f"the kind the model is for. Received: {reached:.3f} on {count} pairs"
        )
    return reached


def _masks(probabilities):
    return [mask >= _THRESHOLD for mask in probabilities]


def iou(mask: np.ndarray, other: np.ndarray) -> float:
    """Intersection over union of two boolean masks; 1 if both are empty."""
    union = np.count_nonzero(mask | other)
    return np.count_nonzero(mask & other) / union if union else 1.0


def whole_masks(stages: Stages, a: np.ndarray, b: np.ndarray) -> list[np.ndarray]:
    """The probabilities of both masks, by the signature of pairs.

    Raises:
        ValueError: if one is not finite.
    """
    answer = stages[SERVING_DEFAULT]({IMAGE_A: a[None], IMAGE_B: b[None]})
    return _finite([answer[name][0, ..., 0] for name in (MASK_A, MASK_B)])


def stage_masks(stages: Stages, a: np.ndarray, b: np.ndarray) -> list[np.ndarray]:
    """The same by the stages one by one."""
    runtime = StagesRuntime(stages)
    masks, objects = zip(*find_in_pair(runtime, a, b))
    score = runtime.score(*(found[None] for found in objects))
    return _finite([mask * (score[0, 0] >= runtime.min_score) for mask in masks])


def find_in_pair(
    runtime: StagesRuntime, a: np.ndarray, b: np.ndarray
) -> list[tuple[np.ndarray, np.ndarray]]:
    """The soft mask and the object of both pictures, each at its own size."""
    encoded = [runtime.encode(a), runtime.encode(b)]
    masks = None
    for _ in range(ROUNDS):
        partners = all_others(runtime, encoded, masks)
        found = [
            runtime.decode(runtime.correlate(own, partner), own, picture.shape[:2])
            for own, partner, picture in zip(encoded, partners, (a, b))
        ]
        masks = [mask for mask, _ in found]
    return found


def _finite(masks):
    if not all(np.isfinite(mask).all() for mask in masks):
        raise ValueError(
            "The masks must be numbers from 0 to 1; the file is broken, or the model's "
            "weights are. Received: masks with NaN or infinity"
        )
    return masks


def _squares(pair, size):
    first, second = (
        resize_image(np.ascontiguousarray(picture), (size, size)) for picture in pair
    )
    return first, second
