"""MSRC v2: pictures of one kind of object each, ground truths coded by colour."""

import re
from functools import partial

import numpy as np
import tensorflow_datasets as tfds

from tfcoseg.datasets.builder import CoSegBuilder, Picture
from tfcoseg.datasets.published import Published
from tfcoseg.pictures import read_image
from tfcoseg.signature import VOID

# The first number of a file's name, the colour of the group's object, and how many
# pictures there are.
_GROUPS = {
    "tree": (2, (128, 128, 0), 30),
    "building": (3, (128, 0, 0), 30),
    "aeroplane": (4, (192, 0, 0), 30),
    "cow": (5, (0, 0, 128), 30),
    "face": (6, (192, 128, 0), 30),
    "car": (7, (64, 0, 128), 30),
    "bicycle": (8, (192, 0, 128), 30),
    "sheep": (9, (0, 128, 128), 30),
    "flower": (10, (64, 128, 128), 32),
    "sign": (11, (192, 128, 128), 30),
    "bird": (12, (0, 64, 0), 34),
    "chair": (14, (0, 192, 0), 30),
    "cat": (15, (0, 192, 128), 24),
    "dog": (16, (128, 192, 128), 30),
}
_SEVEN = ("aeroplane", "bird", "car", "cat", "cow", "dog", "sheep")
_FIRST = 10
_UNLABELLED = (0, 0, 0)
_AS_NUMBER = np.array([1 << 16, 1 << 8, 1])


class Builder(CoSegBuilder):
    """DatasetBuilder of MSRC v2, kinds of object as groups."""

    BUILDER_CONFIGS = [
        tfds.core.BuilderConfig(
            name="groups7",
            description="Seven groups, the ten pictures of lowest number of each.",
        ),
        tfds.core.BuilderConfig(
            name="groups14", description="Fourteen groups, all pictures."
        ),
    ]
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
Download the pixel-wise labelled image database v2 (msrc_objcategimagedatabase_v2.zip)
from https://www.microsoft.com/en-us/research/project/image-understanding/ and extract
it in `manual_dir`, so that MSRC_ObjCategImageDatabase_v2/Images/4_12_s.bmp and
MSRC_ObjCategImageDatabase_v2/GroundTruth/4_12_s_GT.bmp are there."""
    PLACES = ("MSRC_ObjCategImageDatabase_v2",)
    NEEDED = ("Images", "GroundTruth")
    HOMEPAGE = "https://www.microsoft.com/en-us/research/project/image-understanding/"

    def _pictures(self, root, manual_dir):
        groups = {number: group for group, (number, _, _) in _GROUPS.items()}
        seven = self.builder_config.name == "groups7"
        pictures = []
        for image in sorted((root / "Images").glob("*.bmp"), key=_numbers):
            number, position = _numbers(image)
            group = groups.get(number)
            if group is None or seven and (group not in _SEVEN or position > _FIRST):
                continue
            truth = root / "GroundTruth" / f"{image.stem}_GT.bmp"
            pictures.append(Picture(image.stem, image, partial(_read, group, truth)))
        return {"test": pictures}

    def _published(self, split):
        if self.builder_config.name == "groups7":
            return Published(dict.fromkeys(_SEVEN, _FIRST), number=7)
        counts = {group: count for group, (_, _, count) in _GROUPS.items()}
        return Published(counts, number=14)


def _numbers(image):
    """(4, 12) of 4_12_s.bmp; (0, 0) of any other name."""
    match = re.fullmatch(r"(\d+)_(\d+)_s", image.stem)
    return tuple(map(int, match.groups())) if match else (0, 0)


def _read(group, truth):
    codes = read_image(truth) @ _AS_NUMBER
    mask = (codes == _GROUPS[group][1] @ _AS_NUMBER).astype(np.uint8)
    mask[codes == _UNLABELLED @ _AS_NUMBER] = VOID
    return {group: mask}
