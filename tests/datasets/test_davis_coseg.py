import numpy as np
import pytest
import tensorflow_datasets as tfds
from PIL import Image

from tfcoseg.datasets.davis_coseg import davis_coseg_dataset_builder
from tfcoseg.datasets.davis_coseg.davis_coseg_dataset_builder import evenly

pytestmark = pytest.mark.filterwarnings("ignore:davis_coseg/.*, test. not as")


@pytest.fixture(scope="module")
def davis(tmp_path_factory, save, noise, square):
    """A video of twenty frames, and one of three with two objects in a palette."""
    manual = tmp_path_factory.mktemp("davis")
    images, truths = (
        manual / "DAVIS" / part / "480p" for part in ("JPEGImages", "Annotations")
    )
    for number in range(20):
        save(images / "bear" / f"{number:05}.jpg", noise(number))
        mask = square(columns=slice(number % 9, 9), value=255)
        # Some of the real ones are stored as colour, though grey.
        save(truths / "bear" / f"{number:05}.png", np.stack([mask] * 3, axis=-1))
    for number in range(3):
        save(images / "train" / f"{number:05}.jpg", noise(20 + number))
        mask = square(value=1)
        mask[0, :4] = 2
        truth = Image.fromarray(mask)
        truth.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0])
        save(truths / "train" / f"{number:05}.png", truth)
    return manual


class DavisCosegTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = davis_coseg_dataset_builder.Builder
    BUILDER_CONFIG_NAMES_TO_TEST = ["frames8"]
    SPLITS = {"test": 8 + 3}

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def dummy(cls, davis):
        cls.EXAMPLE_DIR = davis


def test_all_frames_and_all_objects(prepare, read, davis, square):
    examples = read(prepare("davis_coseg/all", davis))
    assert len(examples) == 23
    bear = square(columns=slice(4, 9))
    np.testing.assert_array_equal(examples["bear", "00013"][1], bear)
    both = square()
    both[0, :4] = 1
    np.testing.assert_array_equal(examples["train", "00001"][1], both)


def test_frames_are_spread_evenly():
    assert evenly(list(range(82)), 8) == [5, 15, 25, 35, 46, 56, 66, 76]
    assert evenly([4, 5, 6], 8) == [4, 5, 6]
    for length in range(8, 200):
        frames = np.array(evenly(list(range(length)), 8))
        middles = (np.arange(8) + 0.5) / 8 * (length - 1)
        assert np.all(np.diff(frames) > 0) and np.all(abs(frames - middles) <= 0.5)
