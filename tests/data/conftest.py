from pathlib import Path

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def write_picture(tmp_path):
    """Writes a picture and, unless told not to, its mask; returns the image's path."""

    def write(group, name, image, mask=None, root=tmp_path):
        path = Path(root) / "images" / group / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(path)
        if mask is not None:
            mask_path = Path(root) / "masks" / group / f"{path.stem}.png"
            mask_path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(mask).save(mask_path)
        return path

    return write


@pytest.fixture
def folder(tmp_path, write_picture):
    """Groups of some size, all pictures different: {group: number of pictures}."""

    def build(sizes, height=12, width=16):
        generator = np.random.default_rng(0)
        for group, count in sizes.items():
            for number in range(count):
                image = generator.integers(0, 256, (height, width, 3), np.uint8)
                mask = np.zeros((height, width), np.uint8)
                mask[2:8, 3:9] = 255
                write_picture(group, f"{number:02}.png", image, mask)
        return tmp_path

    return build
