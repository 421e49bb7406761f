import numpy as np
import pytest
import tensorflow_datasets as tfds

from tfcoseg.datasets.internet_coseg import internet_coseg_dataset_builder

pytestmark = pytest.mark.filterwarnings("ignore:internet_coseg/1.0.0, test. not as")


class InternetCosegTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = internet_coseg_dataset_builder.Builder
    SPLITS = {"test": 6}

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def dummy(cls, internet):
        cls.EXAMPLE_DIR = internet


def test_pictures_without_the_object_are_included(prepare, read, internet, square):
    examples = read(prepare("internet_coseg", internet))
    assert sorted(examples) == [
        (group, name)
        for group in ("airplane", "car", "horse")
        for name in ("0001", "0004")
    ]
    for (_, name), (_, mask) in examples.items():
        np.testing.assert_array_equal(mask, square(value=int(name == "0001")))
