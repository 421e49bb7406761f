"""A small folder of drawn pictures, and a recipe that is soon done with it."""

import keras
import numpy as np
import pytest
from PIL import Image

from tfcoseg.train import Recipe

COLOURS = {"red": (220, 40, 40), "green": (40, 200, 60), "blue": (50, 60, 220)}


@pytest.fixture(scope="session")
def drawn_folder(tmp_path_factory):
    """Coloured boxes on noise: three groups of four pictures."""
    root = tmp_path_factory.mktemp("drawn")
    generator = np.random.default_rng(0)
    for group, colour in COLOURS.items():
        for kind in ("images", "masks"):
            (root / kind / group).mkdir(parents=True)
        for index in range(4):
            image = generator.integers(90, 160, (48, 64, 3), np.uint8)
            mask = np.zeros((48, 64), np.uint8)
            top, left = generator.integers(4, 20, 2)
            mask[top : top + 20, left : left + 24] = 255
            image[mask > 0] = colour
            Image.fromarray(image).save(root / "images" / group / f"{index}.png")
            Image.fromarray(mask).save(root / "masks" / group / f"{index}.png")
    return root


@pytest.fixture(scope="session")
def backbone_file(tmp_path_factory):
    """Weights of the stock backbone, random."""
    keras.utils.set_random_seed(0)
    file = tmp_path_factory.mktemp("backbone") / "random.weights.h5"
    stock = keras.applications.MobileNetV2(
        weights=None, include_top=False, input_shape=(224, 224, 3)
    )
    stock.save_weights(file)
    return str(file)


@pytest.fixture(scope="session")
def recipe(drawn_folder, backbone_file):
    """Three short stages at two sizes."""
    return Recipe(
        data=(str(drawn_folder),),
        validation=(str(drawn_folder),),
        backbone_weights=backbone_file,
        sizes=(32, 48),
        model="mobilenetv2",
        head_epochs=3,
        upper_epochs=2,
        finetune_epochs=2,
        steps_per_epoch=2,
        head_batch_size=2,
        finetune_batch_size=2,
    )
