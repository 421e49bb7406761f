"""Drawn pictures to train and to judge on, and a table that is soon filled."""

import numpy as np
import pytest
from PIL import Image

from tfcoseg.ablate import Settings, run
from tfcoseg.layers.efficientnet_lite import EfficientNetLite

COLOURS = {
    "red": (220, 40, 40),
    "green": (40, 200, 60),
    "blue": (50, 60, 220),
    "violet": (160, 40, 200),
}


def draw_folder(root, groups, count, seed):
    """Coloured boxes on noise."""
    generator = np.random.default_rng(seed)
    for group in groups:
        for kind in ("images", "masks"):
            (root / kind / group).mkdir(parents=True)
        for index in range(count):
            image = generator.integers(90, 160, (32, 48, 3), np.uint8)
            mask = np.zeros((32, 48), np.uint8)
            top, left = generator.integers(2, 14, 2)
            mask[top : top + 14, left : left + 18] = 255
            image[mask > 0] = COLOURS[group]
            Image.fromarray(image).save(root / "images" / group / f"{index}.png")
            Image.fromarray(mask).save(root / "masks" / group / f"{index}.png")
    return root


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """Three groups of seven pictures, to train on."""
    return draw_folder(
        tmp_path_factory.mktemp("data") / "drawn", ("red", "green", "blue"), 7, 0
    )


@pytest.fixture(scope="session")
def validation(tmp_path_factory):
    """A group of a kind that the others have, and one of a kind that they have not."""
    return draw_folder(
        tmp_path_factory.mktemp("validation") / "others", ("red", "violet"), 5, 1
    )


@pytest.fixture(scope="session")
def backbone_file(tmp_path_factory, give_strength):
    """Weights of the stock backbone: random ones, through which a picture shows."""
    stock = give_strength(EfficientNetLite("lite2"))
    arrays = {
        f"{layer.name}/{weight.name}": weight.numpy()
        for layer in stock.layers
        for weight in layer.weights
    }
    file = tmp_path_factory.mktemp("backbone") / "random.npz"
    np.savez(file, **arrays)
    return str(file)


@pytest.fixture(scope="session")
def settings(data, validation, backbone_file):
    """Two steps of two pairs."""
    return Settings(
        data=(str(data),),
        validation=(str(validation),),
        skip_first=1,
        validation_share=0.4,
        backbone_weights=backbone_file,
        size=32,
        views=1,
        steps=2,
        batch_size=2,
    )


@pytest.fixture(scope="session")
def table(settings, tmp_path_factory):
    """The folder of a table of three cells, and the rows that `run` returned."""
    folder = tmp_path_factory.mktemp("table") / "table"
    return folder, run(folder, settings, ["base", "no-correlation", "references"])
