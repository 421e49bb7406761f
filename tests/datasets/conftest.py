"""Tiny benchmarks, drawn in the layout of the real ones, and what prepares them."""

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds
from PIL import Image

import tfcoseg.datasets  # noqa: F401, registers the builders

HEIGHT, WIDTH = 12, 16

# A helper that TFDS's test case inherits from TensorFlow's; only its name is a test's.
tf.test.TestCase.test_session.__test__ = False


@pytest.fixture(scope="session", autouse=True)
def _no_progress_bar():
    tfds.disable_progress_bar()


@pytest.fixture(scope="session")
def save():
    """Writes an array, or a PIL image, as a picture; folders are made as needed."""

    def save(path, picture, **options):
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(picture, np.ndarray):
            picture = Image.fromarray(picture)
        picture.save(path, **options)
        return path

    return save


@pytest.fixture(scope="session")
def noise():
    """Returns a photograph of nothing, another one for each seed."""

    def noise(seed=0, height=HEIGHT, width=WIDTH):
        generator = np.random.default_rng(seed)
        return generator.integers(0, 256, (height, width, 3), np.uint8)

    return noise


@pytest.fixture(scope="session")
def square():
    """Returns a mask of 0 and `value` with an object at the given rows and columns."""

    def square(rows=slice(2, 8), columns=slice(3, 9), value=1, dtype=np.uint8):
        mask = np.zeros((HEIGHT, WIDTH), dtype)
        mask[rows, columns] = value
        return mask

    return square


@pytest.fixture
def prepare(tmp_path):
    """Prepares a benchmark from a manual folder and returns its builder."""

    def prepare(name, manual_dir, data_dir=tmp_path / "tfds"):
        builder = tfds.builder(name, data_dir=data_dir)
        config = tfds.download.DownloadConfig(manual_dir=manual_dir)
        builder.download_and_prepare(download_config=config)
        return builder

    return prepare


@pytest.fixture(scope="session")
def read():
    """Returns {(group, name): (image, mask)} of a split of a prepared builder."""

    def read(builder, split="test"):
        return {
            (example["group"].decode(), example["name"].decode()): (
                example["image"],
                example["mask"][..., 0],
            )
            for example in tfds.as_numpy(builder.as_dataset(split=split))
        }

    return read


@pytest.fixture(scope="session")
def internet(tmp_path_factory, save, noise, square):
    """Two pictures of each kind, the second without the object."""
    manual = tmp_path_factory.mktemp("internet")
    for seed, folder in enumerate(("Airplane100", "Car100", "Horse100")):
        root = manual / "Data" / folder
        for number, value in (("0001", 255), ("0004", 0)):
            image = noise(10 * seed + value)
            save(root / f"{number}.jpg", image)
            save(root / "GroundTruth" / f"{number}.png", square(value=value))
    return manual
