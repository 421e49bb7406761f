"""MSRC v2: pictures of one kind of object each, ground truths coded by colour."""

from functools import partial

import numpy as np
import tensorflow_datasets as tfds

from tfcoseg.datasets.builder import CoSegBuilder
from tfcoseg.datasets.picture import Picture
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
            description="Seven groups, the first ten pictures of each by name.",
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
        pictures = []
        for group, (number, _, _) in _GROUPS.items():
            images = sorted((root / "Images").glob(f"{number}_*_s.bmp"))
            if self.builder_config.name == "groups7":
                images = images[:_FIRST] if group in _SEVEN else []
            for image in images:
                truth = root / "GroundTruth" / f"{image.stem}_GT.bmp"
                read = partial(_read, group, truth)
                pictures.append(Picture(image.stem, image, read))
        return {"test": pictures}

    def _published(self, split):
        if self.builder_config.name == "groups7":
            return Published(dict.fromkeys(_SEVEN, _FIRST), number=self._group_count())
        counts = {group: count for group, (_, _, count) in _GROUPS.items()}
        return Published(counts, number=self._group_count())


def _read(group, truth):
    codes = read_image(truth) @ _AS_NUMBER
    mask = (codes == _GROUPS[group][1] @ _AS_NUMBER).astype(np.uint8)
    mask[codes == _UNLABELLED @ _AS_NUMBER] = VOID
    return {group: mask}
