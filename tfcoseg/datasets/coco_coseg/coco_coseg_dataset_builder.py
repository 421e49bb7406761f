"""COCO 2017: instances by category, as many pictures of each category at most."""

import json
from collections import defaultdict
from functools import partial

import numpy as np
import tensorflow_datasets as tfds

from tfcoseg.datasets.builder import CoSegBuilder
from tfcoseg.datasets.coco_coseg.segmentations import draw_segmentation
from tfcoseg.datasets.picture import Picture
from tfcoseg.datasets.published import Published
from tfcoseg.signature import VOID

_SPLITS = {"train": "train2017", "validation": "val2017"}
# To draw from.
_PICTURES = {"train": 118287, "validation": 5000}


class CocoConfig(tfds.core.BuilderConfig):
    """How many pictures of each category, and which."""

    def __init__(self, per_category: int, seed: int = 0):
        """The name says both: balanced100, or balanced100_seed1.

        Args:
            per_category: pictures at most; fewer where a category has fewer.
            seed: of the drawing.
        """
        self.per_category, self.seed = per_category, seed
        super().__init__(
            name=f"balanced{per_category}" + (f"_seed{seed}" if seed else ""),
            description=f"At most {per_category} pictures per category, seed {seed}.",
        )


class Builder(CoSegBuilder):
    """DatasetBuilder of COCO 2017, categories as groups."""

    BUILDER_CONFIGS = [CocoConfig(100), CocoConfig(1000)]
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
Download annotations_trainval2017.zip and train2017.zip, val2017.zip or both from
https://cocodataset.org/#download and extract them in `manual_dir`/coco, so that
coco/annotations/instances_val2017.json and coco/val2017/*.jpg are there, and likewise
train2017."""
    PLACES = ("coco", "COCO", "coco2017")
    NEEDED = ("annotations",)
    HOMEPAGE = "https://cocodataset.org/"

    def _pictures(self, root, manual_dir):
        files = {
            split: root / f"annotations/instances_{name}.json"
            for split, name in _SPLITS.items()
            if (root / name).is_dir()
        }
        lacking = [str(file) for file in files.values() if not file.is_file()]
        if lacking or not files:
            pictures = (
                f"{' or '.join(_SPLITS.values())}, a folder of pictures, in {root}"
            )
            raise FileNotFoundError(
                f"Expected {' and '.join(lacking) or pictures}.\n"
                f"{self.MANUAL_DOWNLOAD_INSTRUCTIONS}"
            )
        self._unlike = {}
        return {
            split: self._split(split, file, root / _SPLITS[split])
            for split, file in files.items()
        }

    def _published(self, split):
        return Published(number=self._group_count(), pictures=_PICTURES[split])

    def _differences(self, split, groups, pictures):
        """Of the annotations, all of which were read, and not of what was drawn."""
        return self._unlike[split]

    def _split(self, split, file, folder):
        content = _read_instances(file)
        names = {entry["id"]: entry["name"] for entry in content["categories"]}
        lines = self._published(split).differences(names, len(content["images"]))
        self._unlike[split] = [f"{file.name}: {line}" for line in lines]
        config = self.builder_config
        annotations = _by_picture(content["annotations"])
        chosen = choose(annotations, config.per_category, config.seed)
        for image in content["images"]:
            size = image["height"], image["width"]
            wanted = {
                names[category]: annotations[image["id"], category]
                for category in chosen[image["id"]]
            }
            if wanted:
                path = folder / image["file_name"]
                yield Picture(path.stem, path, partial(_read, wanted, *size))


def _read_instances(file):
    try:
        with file.open(encoding="utf-8") as stream:
            content = json.load(stream)
        kinds = "images", "annotations", "categories"
        return {kind: content[kind] for kind in kinds}
    except (KeyError, ValueError) as error:
        raise ValueError(
            "Expected the instances of COCO, JSON with images, annotations and "
            f"categories. Received: {file}: {error!r}"
        ) from error


def choose(annotations: dict, per_category: int, seed: int) -> dict[int, list[int]]:
    """Draws at most so many pictures of each category, independently of the others.

    Args:
        annotations: {(picture, category): annotations}, such as `_by_picture` returns.
        per_category: pictures at most.
        seed: of the drawing, which depends on it and on the category's pictures alone.

    Returns:
        {picture: its categories}, [] for a picture that was not drawn.
    """
    pictures = defaultdict(list)
    for (picture, category), entries in sorted(annotations.items()):
        if not all(entry["iscrowd"] for entry in entries):
            pictures[category].append(picture)
    chosen = defaultdict(list)
    for category, candidates in sorted(pictures.items()):
        order = np.random.default_rng([seed, category]).permutation(len(candidates))
        for index in order[:per_category]:
            chosen[candidates[index]].append(category)
    return chosen


def _by_picture(annotations):
    grouped = defaultdict(list)
    for entry in annotations:
        grouped[entry["image_id"], entry["category_id"]].append(entry)
    return grouped


def _read(wanted, height, width):
    return {
        name: _mask(entries, height, width) for name, entries in sorted(wanted.items())
    }


def _mask(entries, height, width):
    """Objects are 1; a crowd, where nobody told the objects apart, is void."""
    mask = np.zeros((height, width), np.uint8)
    for entry in sorted(entries, key=lambda entry: not entry["iscrowd"]):
        drawn = draw_segmentation(entry["segmentation"], height, width)
        mask[drawn] = VOID if entry["iscrowd"] else 1
    return mask
