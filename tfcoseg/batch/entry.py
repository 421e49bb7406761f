"""What `results.json` says of one picture."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from tfcoseg.coco import encode_rle, polygons
from tfcoseg.inference import Find


def make_entry(
    file: str, sha256: str, find: Find, mask: np.ndarray, outputs: Mapping[str, str]
) -> dict[str, Any]:
    """Describes what was found in a picture.

    Args:
        file: what the picture is called.
        sha256: of its bytes.
        find: what was found.
        mask: uint8 (height, width), 0 and 255, from its `finish`.
        outputs: names of the files that were written, by what they show.

    Returns:
        A dictionary fit for JSON. "score" is the probability that the picture shows the
        object, 0..1; "area" is the fraction of its pixels that the mask covers, 0..1;
        "segmentation" are COCO's run lengths of the mask; "polygons" its outlines,
        within a pixel, [x, y, x, y, ...] each, and "holes" those of what is cut out of
        them.
    """
    outer, holes = polygons(mask)
    return {
        "file": file,
        "sha256": sha256,
        "height": find.size[0],
        "width": find.size[1],
        "found": find.found_in(mask),
        "score": round(find.score, 4),
        "area": round(float((mask > 0).mean()), 9),
        "segmentation": encode_rle(mask),
        "polygons": outer,
        "holes": holes,
        "outputs": dict(outputs),
    }
