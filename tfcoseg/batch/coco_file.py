"""What was found, as one file of the format of COCO, for tools of annotation."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tfcoseg.coco import decode_rle
from tfcoseg.files import write_json

# Marks a file as ours, which the next run may replace.
_MARK = "tfcoseg"


def check_coco_file(path: Path, overwrite: bool) -> None:
    """Makes sure that the file may be written: it is new, ours, or to be replaced.

    Raises:
        FileExistsError: if it is somebody else's.
    """
    if overwrite or not path.exists():
        return
    try:
        ours = _MARK in json.loads(path.read_text(encoding="utf-8"))["info"]
    except (OSError, ValueError, KeyError, TypeError):
        ours = False
    if not ours:
        raise FileExistsError(
            f"{path} exists already, and another program wrote it. Pass --overwrite to "
            "replace it, or choose another name with --coco."
        )


def write_coco_file(path: Path, results: Mapping[str, Any]) -> None:
    """Writes the content of `results.json` as COCO's instances.

    Each group is a category, the group without a name "object"; each picture in which
    its object was found has one annotation. A mask without holes is polygons, within a
    pixel; one with holes, which COCO's polygons cannot say, is run lengths with
    "iscrowd" 1, which CVAT reads as a mask. Areas are numbers of pixels.
    """
    images: dict[str, dict[str, Any]] = {}
    annotations, categories = [], []
    for number, (group, content) in enumerate(results["groups"].items(), 1):
        name = group or "object"
        categories.append({"id": number, "name": name, "supercategory": "object"})
        for entry in content["pictures"]:
            image = {
                "id": len(images) + 1,
                "file_name": entry["file"],
                "width": entry["width"],
                "height": entry["height"],
            }
            image = images.setdefault(entry["file"], image)
            if entry["found"]:
                about = {"id": len(annotations) + 1, "image_id": image["id"]}
                annotations.append(about | _annotation(entry, number))
    info = {
        "description": "what pictures have in common",
        _MARK: results["tfcoseg"],
        "weights": results["weights"],
    }
    content = {
        "info": info,
        "licenses": [],
        "images": list(images.values()),
        "annotations": annotations,
        "categories": categories,
    }
    write_json(path, content, overwrite=True)


def _annotation(entry, category):
    mask = decode_rle(entry["segmentation"]) > 0
    rows, columns = (np.flatnonzero(mask.any(axis)) for axis in (1, 0))
    left, top = int(columns[0]), int(rows[0])
    return {
        "category_id": category,
        "segmentation": entry["segmentation"] if entry["holes"] else entry["polygons"],
        "area": int(mask.sum()),
        "bbox": [left, top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top],
        "iscrowd": int(bool(entry["holes"])),
        "score": entry["score"],
    }
