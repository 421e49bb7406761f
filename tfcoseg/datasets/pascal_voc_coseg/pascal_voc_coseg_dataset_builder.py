"""PASCAL VOC 2012: the pictures with labelled pixels, a group per class."""

from functools import partial

import numpy as np
import tensorflow_datasets as tfds

from tfcoseg.data.leaving_out import read_ids
from tfcoseg.datasets.builder import CoSegBuilder
from tfcoseg.datasets.labels import read_labels
from tfcoseg.datasets.lists import read_lists
from tfcoseg.datasets.picture import Picture
from tfcoseg.datasets.published import Published
from tfcoseg.signature import VOID

# Class i of the label pictures is entry i - 1.
CLASSES = (
    "aeroplane bicycle bird boat bottle bus car cat chair cow diningtable dog horse "
    "motorbike person pottedplant sheep sofa train tvmonitor"
).split()
_VOID_LABEL = 255
_SPLITS = {"train": "train", "validation": "val"}
_EXCLUDE_FILE = "pascal_voc_coseg_exclude.txt"
_SBD_FOLDER = "SegmentationClassAug"
_PICTURES = {
    "voc2012": {"train": 1464, "validation": 1449},
    "sbd": {"train": 10582, "validation": 1449},
}


class Builder(CoSegBuilder):
    """DatasetBuilder of PASCAL VOC 2012, classes as groups."""

    BUILDER_CONFIGS = [
        tfds.core.BuilderConfig(
            name="voc2012", description="The masks of VOC 2012 itself."
        ),
        tfds.core.BuilderConfig(
            name="sbd", description="VOC 2012 and, to train on, the masks of SBD."
        ),
    ]
    MANUAL_DOWNLOAD_INSTRUCTIONS = f"""\
Download VOCtrainval_11-May-2012.tar from
http://host.robots.ox.ac.uk/pascal/VOC/voc2012/ and extract it in `manual_dir`, so that
VOCdevkit/VOC2012/JPEGImages, SegmentationClass and ImageSets/Segmentation are there.
For the config `sbd` also put the label pictures of SBD, <id>.png, in
VOCdevkit/VOC2012/{_SBD_FOLDER}. Pictures to leave out may be listed, an id a line, in
`manual_dir`/{_EXCLUDE_FILE}."""
    LISTS = (_EXCLUDE_FILE,)
    PLACES = (
        "VOCdevkit/VOC2012",
        "VOCtrainval_11-May-2012/VOCdevkit/VOC2012",
        "VOC2012",
    )
    NEEDED = ("JPEGImages", "SegmentationClass", "ImageSets/Segmentation")
    HOMEPAGE = "http://host.robots.ox.ac.uk/pascal/VOC/voc2012/"

    def _pictures(self, root, manual_dir):
        lists = root / "ImageSets/Segmentation"
        ids = {split: read_ids(lists / f"{n}.txt") for split, n in _SPLITS.items()}
        truths = {id: "SegmentationClass" for split in ids.values() for id in split}
        if self.builder_config.name == "sbd":
            more = _sbd_ids(root / _SBD_FOLDER, known=truths)
            ids["train"] += more
            truths.update(dict.fromkeys(more, _SBD_FOLDER))
        self._excluded = _excluded(read_lists(self.LISTS, manual_dir), ids)
        return {
            split: [
                Picture(
                    id,
                    root / "JPEGImages" / f"{id}.jpg",
                    partial(_read, root / truths[id] / f"{id}.png"),
                )
                for id in names
                if id not in self._excluded[split]
            ]
            for split, names in ids.items()
        }

    def _published(self, split):
        pictures = _PICTURES[self.builder_config.name][split]
        return Published(pictures=pictures - len(self._excluded[split]))


def _sbd_ids(folder, known):
    if not folder.is_dir():
        raise FileNotFoundError(
            "Expected the label pictures of SBD, <id>.png; the config `voc2012` does "
            f"without. Received: {folder}, which is no folder"
        )
    return sorted(path.stem for path in folder.glob("*.png") if path.stem not in known)


def _excluded(lists, ids):
    """{split: those of its ids that the file lists}."""
    listed = set(lists.get(_EXCLUDE_FILE, ()))
    excluded = {split: listed.intersection(names) for split, names in ids.items()}
    if listed and not any(excluded.values()):
        raise ValueError(
            "Expected ids such as 2007_000032, one a line, to leave out. Received: "
            f"{_EXCLUDE_FILE}, which names no picture of this set"
        )
    return excluded


def _read(truth):
    labels = read_labels(truth)
    present = [i for i in np.unique(labels) if 0 < i <= len(CLASSES)]
    return {CLASSES[i - 1]: _mask(labels, i) for i in present}


def _mask(labels, number):
    mask = (labels == number).astype(np.uint8)
    mask[labels == _VOID_LABEL] = VOID
    return mask
