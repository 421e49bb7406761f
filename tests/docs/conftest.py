"""What the examples and the pages speak of: pictures, and folders of them."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tfcoseg import samples


def _draw(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


@pytest.fixture
def photographs(tmp_path, monkeypatch):
    """The folder that examples run in: a.jpg and b.jpg show a sheep each, c.jpg none;

    my_pictures holds two groups of two tiny pictures, with their masks.
    """
    for name, source in zip("abc", (*samples.pair(), samples.without_common_object())):
        with Image.open(source) as picture:
            picture.convert("RGB").save(tmp_path / f"{name}.jpg", quality=95)
    random = np.random.default_rng(0)
    for group, colour in (("sheep", 230), ("car", 40)):
        for name in "12":
            pixels = random.integers(90, 160, (72, 96, 3), np.uint8)
            mask = np.zeros((72, 96), np.uint8)
            mask[20:50, 30 : 70 + int(name)] = 255
            pixels[mask > 0] = colour
            root = tmp_path / "my_pictures"
            _draw(root / "images" / group / f"{name}.jpg", pixels)
            _draw(root / "masks" / group / f"{name}.png", mask)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def load():
    """A function that loads a script of `docs`, which is no package, by its name."""

    def load_script(name):
        path = Path(__file__).parents[2] / "docs" / f"{name}.py"
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load_script
