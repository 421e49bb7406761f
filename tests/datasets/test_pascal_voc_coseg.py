import shutil

import numpy as np
import pytest
import tensorflow_datasets as tfds
from PIL import Image

from tfcoseg.datasets.pascal_voc_coseg import pascal_voc_coseg_dataset_builder

pytestmark = pytest.mark.filterwarnings("ignore:pascal_voc_coseg/.* not as published")

# The set's own numbers.
CAT, DOG, PERSON, TVMONITOR, UNSURE = 8, 12, 15, 20, 255


@pytest.fixture(scope="module")
def labels():
    """Label pictures by id: two classes that touch, one class, none but void."""
    both = np.zeros((12, 16), np.uint8)
    both[2:6], both[6:10], both[5, 3:9] = CAT, DOG, UNSURE
    one = np.zeros((12, 16), np.uint8)
    one[4:, 4:] = TVMONITOR
    void = np.full((12, 16), UNSURE, np.uint8)
    person = np.where(one, PERSON, 0).astype(np.uint8)
    return {
        "2007_000001": both,
        "2007_000002": one,
        "2007_000003": void,
        "2008_000004": both[::-1],
        "2009_000005": person,
    }


@pytest.fixture(scope="module")
def voc(tmp_path_factory, save, noise, labels):
    """Three pictures to train on, one to validate, and one that only SBD labelled."""
    manual = tmp_path_factory.mktemp("voc")
    root = manual / "VOCdevkit" / "VOC2012"
    *trained, validated, more = labels
    for seed, (name, numbers) in enumerate(labels.items()):
        save(root / "JPEGImages" / f"{name}.jpg", noise(seed))
        truth = Image.fromarray(np.ascontiguousarray(numbers))
        if name == more:
            save(root / "SegmentationClassAug" / f"{name}.png", truth)
            continue
        # SBD's masks of the pictures that VOC labelled must not be taken.
        save(root / "SegmentationClassAug" / f"{name}.png", np.zeros_like(numbers))
        truth.putpalette([(37 * i) % 256 for i in range(768)])
        save(root / "SegmentationClass" / f"{name}.png", truth)
    lists = root / "ImageSets" / "Segmentation"
    lists.mkdir(parents=True)
    (lists / "train.txt").write_text("\n".join(trained) + "\n")
    (lists / "val.txt").write_text(f"{validated}\n")
    return manual


class PascalVocCosegTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = pascal_voc_coseg_dataset_builder.Builder
    BUILDER_CONFIG_NAMES_TO_TEST = ["voc2012"]
    SPLITS = {"train": 3, "validation": 2}

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def dummy(cls, voc):
        cls.EXAMPLE_DIR = voc


@pytest.fixture
def exclude(voc):
    """Writes the list of pictures to leave out, for one test."""
    file = voc / "pascal_voc_coseg_exclude.txt"
    yield file.write_text
    file.unlink()


def test_a_picture_makes_an_example_per_class_and_void_is_kept(
    prepare, read, voc, labels
):
    builder = prepare("pascal_voc_coseg", voc)
    examples = read(builder, "train")
    assert sorted(examples) == [
        ("cat", "2007_000001"),
        ("dog", "2007_000001"),
        ("tvmonitor", "2007_000002"),
    ]
    numbers = labels["2007_000001"]
    for group, number in (("cat", CAT), ("dog", DOG)):
        mask = examples[group, "2007_000001"][1]
        np.testing.assert_array_equal(mask == 1, numbers == number)
        np.testing.assert_array_equal(mask == 255, numbers == UNSURE)
    assert builder.info.metadata["groups"]["validation"] == {"cat": 1, "dog": 1}


def test_listed_pictures_are_left_out(prepare, read, voc, exclude):
    exclude("# the test set\n2007_000001.jpg\n\n2011_003276  # not of this set\n")
    with pytest.warns(UserWarning) as caught:
        builder = prepare("pascal_voc_coseg", voc)
    assert sorted(read(builder, "train")) == [("tvmonitor", "2007_000002")]
    assert len(read(builder, "validation")) == 2
    # One is left out on purpose; the picture of void alone counts as a picture.
    assert "expected 1463 pictures in all, found 2" in str(caught[0].message)
    assert "expected 1449 pictures in all, found 1" in str(caught[1].message)


def test_a_list_that_names_no_picture_is_an_error(prepare, voc, exclude):
    exclude("one\ntwo\n")
    with pytest.raises(ValueError, match=r"2007_000032.*_exclude\.txt, which names no"):
        prepare("pascal_voc_coseg", voc)


def test_sbd_adds_what_voc_did_not_label(prepare, read, voc, labels):
    builder = prepare("pascal_voc_coseg/sbd", voc)
    examples = read(builder, "train")
    assert len(examples) == 4 and len(read(builder, "validation")) == 2
    mask = examples["person", "2009_000005"][1]
    np.testing.assert_array_equal(mask, labels["2009_000005"] == PERSON)
    assert examples["cat", "2007_000001"][1].any()


def test_labels_in_colour_are_refused(prepare, read, voc, save, tmp_path):
    shutil.copytree(voc, tmp_path / "manual")
    file = "VOCdevkit/VOC2012/SegmentationClass/2007_000002.png"
    save(tmp_path / "manual" / file, np.zeros((12, 16, 3), np.uint8))
    with pytest.warns(UserWarning, match=r"one channel.*2007_000002.png of mode RGB"):
        builder = prepare("pascal_voc_coseg", tmp_path / "manual")
    assert {name for _, name in read(builder, "train")} == {"2007_000001"}
