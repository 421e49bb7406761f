import os

import numpy as np
import pytest
import tensorflow_datasets as tfds
from PIL import Image

from tfcoseg.datasets.msrc_coseg import msrc_coseg_dataset_builder
from tfcoseg.pictures import read_mask

pytestmark = pytest.mark.filterwarnings("ignore:msrc_coseg/groups.*, test. not as")

# Number, name and colour of three of the groups, from the set's own description.
SHEEP, COW, TREE = (9, (0, 128, 128)), (5, (0, 0, 128)), (2, (128, 128, 0))
GRASS, VOID = (0, 128, 0), (0, 0, 0)


@pytest.fixture(scope="module")
def msrc(tmp_path_factory, save, noise):
    """Twelve sheep, a cow among sheep, a tree, and a book, of no group."""
    manual = tmp_path_factory.mktemp("msrc")
    root = manual / "MSRC_ObjCategImageDatabase_v2"
    pictures = [(SHEEP, number) for number in range(1, 13)]
    for seed, ((prefix, colour), number) in enumerate(
        [*pictures, (COW, 1), (TREE, 7), ((13, (128, 64, 0)), 1)]
    ):
        colours = np.empty((12, 16, 3), np.uint8)
        colours[:] = GRASS
        colours[2:8, 3:9] = colour
        colours[8:, 3:9] = SHEEP[1]
        colours[0] = VOID
        save(root / "Images" / f"{prefix}_{number}_s.bmp", noise(seed))
        save(root / "GroundTruth" / f"{prefix}_{number}_s_GT.bmp", colours)
    save(root / "Images" / "notes.bmp", noise())
    return manual


class MsrcCosegTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = msrc_coseg_dataset_builder.Builder
    BUILDER_CONFIG_NAMES_TO_TEST = ["groups14"]
    SPLITS = {"test": 14}

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def dummy(cls, msrc):
        cls.EXAMPLE_DIR = msrc


def test_a_mask_is_the_colour_of_the_group_and_black_is_void(prepare, read, msrc):
    examples = read(prepare("msrc_coseg/groups14", msrc))
    expected = np.zeros((12, 16), np.uint8)
    expected[2:8, 3:9] = 1
    expected[0] = 255
    np.testing.assert_array_equal(examples["cow", "5_1_s"][1], expected)
    np.testing.assert_array_equal(examples["tree", "2_7_s"][1], expected)
    expected[8:, 3:9] = 1
    np.testing.assert_array_equal(examples["sheep", "9_3_s"][1], expected)


def test_pictures_are_kept_without_loss(prepare, read, msrc, noise):
    examples = read(prepare("msrc_coseg/groups14", msrc))
    np.testing.assert_array_equal(examples["sheep", "9_1_s"][0], noise(0))


def test_seven_groups_have_the_first_ten_by_name(prepare, read, msrc):
    examples = read(prepare("msrc_coseg/groups7", msrc))
    names = sorted(name for group, name in examples if group == "sheep")
    assert names == sorted(f"9_{i}_s" for i in range(1, 13))[:10]
    assert {group for group, _ in examples} == {"sheep", "cow"}


def test_numbers_that_are_not_the_published_ones_are_named(prepare, msrc):
    with pytest.warns(UserWarning) as caught:
        prepare("msrc_coseg/groups14", msrc)
    message = str(caught[0].message)
    assert "sheep: expected 30 pictures, found 12" in message
    assert "bird: expected 34 pictures, found 0" in message
    assert "expected 14 groups, found 3" in message


@pytest.fixture
def real_set():
    root = os.path.join(os.environ.get("TFCOSEG_DATA", ""), "msrc_coseg")
    if not os.path.isdir(root):
        pytest.skip("needs msrc_coseg, with TFCOSEG_DATA the folder that it is in")
    return root


@pytest.mark.parametrize("group", ["aeroplane", "flower"])
def test_real_masks_survive_the_coding_by_colour(
    group, real_set, tmp_path, prepare, read, save
):
    number, colour, _ = msrc_coseg_dataset_builder._GROUPS[group]
    root = tmp_path / "manual" / "MSRC_ObjCategImageDatabase_v2"
    expected = {}
    for name in (f"{number}_3_s", f"{number}_12_s"):
        with Image.open(f"{real_set}/images/{group}/{name}.jpg") as image:
            save(root / "Images" / f"{name}.bmp", image)
        expected[name] = read_mask(f"{real_set}/masks/{group}/{name}.png")
        colours = np.array([GRASS, colour], np.uint8)[expected[name]]
        save(root / "GroundTruth" / f"{name}_GT.bmp", colours)
    examples = read(prepare("msrc_coseg/groups14", tmp_path / "manual"))
    assert {name for _, name in examples} == set(expected)
    for (_, name), (_, mask) in examples.items():
        np.testing.assert_array_equal(mask, expected[name])
