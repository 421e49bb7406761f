"""Small weights that nobody looks into, pictures, and the command."""

import numpy as np
import pytest
from PIL import Image

from tfcoseg.cli.main import main


@pytest.fixture
def weights(tmp_path):
    """A file of weights, with a card."""
    path = tmp_path / "random.weights.h5"
    path.write_bytes(b"not looked into")
    path.with_name("random.json").write_text('{"trained_on": ["pets"]}')
    return path


@pytest.fixture
def data(tmp_path):
    """Two groups of three pictures, and a square in each."""
    generator = np.random.default_rng(0)
    for group in ("bird", "car"):
        for index in range(3):
            image = generator.integers(0, 255, (40, 50, 3), "uint8")
            mask = np.zeros((40, 50), "uint8")
            mask[5 : 15 + index, 5:20] = 255
            for kind, array in (("images", image), ("masks", mask)):
                path = tmp_path / "pets" / kind / group / f"{index}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(array).save(path)
    return tmp_path / "pets"


@pytest.fixture
def evaluate(data, weights, brightness):
    """Runs the command, with an engine that takes what is bright for the object."""

    def run(*arguments):
        command = ["evaluate", "--data", str(data), "--weights", str(weights)]
        return main([*command, "--size", "33", *map(str, arguments)])

    return run


@pytest.fixture
def unseen(weights):
    """The same weights, whose card lists another set."""
    weights.with_name("random.json").write_text('{"trained_on": ["pascal_coseg"]}')
    return weights
