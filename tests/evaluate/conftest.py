from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tfcoseg.inference import Encoded, Find

GREY = (128, 128, 128)
COLOURS = {"aeroplane": (255, 0, 0), "bird": (0, 255, 0), "car": (0, 0, 255)}


@pytest.fixture
def folder(tmp_path):
    """Three groups of pictures 20 x 30, a square of the group's colour in each."""
    for group, colour in COLOURS.items():
        for index in range(4):
            draw(tmp_path, group, f"{index}", colour, side=4 + index)
    return tmp_path


@pytest.fixture
def write():
    return draw


def draw(root, group, name, colour, side, truth_side=None):
    """A picture with a square of `side`, and a mask with one of `truth_side`."""
    image = np.full((20, 30, 3), GREY, "uint8")
    image[2 : 2 + side, 3 : 3 + side] = colour
    mask = np.zeros((20, 30), "uint8")
    truth_side = side if truth_side is None else truth_side
    mask[2 : 2 + truth_side, 3 : 3 + truth_side] = 255
    for kind, array in (("images", image), ("masks", mask)):
        path = Path(root) / kind / group / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(array).save(path)


@pytest.fixture
def predictor():
    return ColourPredictor()


class ColourRuntime:
    """Finds the pixels of the partner's colour.

    Without a kernel it finds all that is not grey, and a column of background.
    """

    def correlate(self, tensors, partner):
        image = tensors["image"]
        if partner["kernel"] is not None:
            return np.all(image == partner["kernel"], axis=-1)
        found = np.any(image != GREY, axis=-1)
        found[:, 0] = True
        return found


class ColourPredictor:
    """Finds the pixels of the mean colour of the partners' objects.

    An object is what is not grey, or what a reference mask covers. Where nothing is
    found, the score is 0.
    """

    working_size = 64
    threshold = 0.5
    min_score = 0.0

    def __init__(self):
        self.runtime = ColourRuntime()
        self.encoded = Counter()
        self.searches = []

    def encode(self, path):
        self.encoded[Path(path)] += 1
        image = np.asarray(Image.open(path))
        objects = image[np.any(image != GREY, axis=-1)]
        kernel = objects[0] if len(objects) else np.array(GREY)
        tensors = {"image": image, "kernel": kernel.astype("float32")}
        return Encoded(tensors, image.shape[:2])

    def find(self, encoded, references=None):
        self.searches.append(len(encoded))
        references = references or [None] * len(encoded)
        kernels = [
            one.tensors["kernel"] if mask is None else one.tensors["image"][mask > 0][0]
            for one, mask in zip(encoded, references)
        ]
        return [
            self._find(one, np.mean(np.delete(kernels, index, axis=0), axis=0))
            for index, one in enumerate(encoded)
        ]

    def _find(self, one, kernel):
        found = self.runtime.correlate(one.tensors, {"kernel": kernel})
        soft_mask = np.where(found, np.float32(0.5), np.float32(0.49))
        return Find(soft_mask, float(found.any()), one.size, self.min_score)
