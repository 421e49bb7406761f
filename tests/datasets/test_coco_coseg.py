import json

import numpy as np
import pytest
import tensorflow_datasets as tfds

from tfcoseg.datasets.coco_coseg import coco_coseg_dataset_builder
from tfcoseg.datasets.coco_coseg.coco_coseg_dataset_builder import CocoConfig, choose

pytestmark = pytest.mark.filterwarnings("ignore:coco_coseg/.*, validation. not as")

CAT, DOG = 17, 18
# x, y, x, y, ...: rows 2 to 7, columns 3 to 8.
POLYGON = [3, 2, 9, 2, 9, 8, 3, 8]
# The first two columns of twelve rows.
RUNS = {"size": [12, 16], "counts": [0, 24, 168]}


def annotation(image, category, segmentation=(POLYGON,), iscrowd=0):
    return {
        "image_id": image,
        "category_id": category,
        "segmentation": segmentation,
        "iscrowd": iscrowd,
    }


@pytest.fixture(scope="module")
def coco(tmp_path_factory, save, noise):
    manual = tmp_path_factory.mktemp("coco")
    root = manual / "coco"
    names = [f"{number:012}.jpg" for number in range(1, 6)]
    for seed, name in enumerate(names):
        save(root / "val2017" / name, noise(seed))
    shifted = [value + 4 * (i % 2 == 0) for i, value in enumerate(POLYGON)]
    content = {
        "images": [
            {"id": i + 1, "file_name": name, "height": 12, "width": 16}
            for i, name in enumerate(names)
        ],
        "categories": [{"id": CAT, "name": "cat"}, {"id": DOG, "name": "dog"}],
        "annotations": [
            annotation(1, DOG),
            annotation(1, DOG, [shifted]),
            annotation(1, CAT, [[0, 0, 2, 0, 2, 2, 0, 2]]),
            annotation(2, DOG),
            annotation(2, DOG, RUNS, iscrowd=1),
            annotation(3, CAT, RUNS, iscrowd=1),
            annotation(4, DOG),
        ],
    }
    (root / "annotations").mkdir()
    (root / "annotations/instances_val2017.json").write_text(json.dumps(content))
    return manual


class CocoCosegTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = coco_coseg_dataset_builder.Builder
    BUILDER_CONFIG_NAMES_TO_TEST = ["balanced100"]
    SPLITS = {"validation": 4}

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def dummy(cls, coco):
        cls.EXAMPLE_DIR = coco


def test_masks_join_the_instances_of_a_category(prepare, read, coco, square):
    examples = read(prepare("coco_coseg", coco), "validation")
    first = "000000000001"
    both = square(columns=slice(3, 13))
    np.testing.assert_array_equal(examples["dog", first][1], both)
    small = square(slice(0, 2), slice(0, 2))
    np.testing.assert_array_equal(examples["cat", first][1], small)


def test_a_crowd_is_no_object_but_void(prepare, read, coco, square):
    examples = read(prepare("coco_coseg", coco), "validation")
    expected = square()
    expected[:, :2] = 255
    np.testing.assert_array_equal(examples["dog", "000000000002"][1], expected)
    # The third picture holds nothing but a crowd of cats, the fifth nothing.
    assert sorted(name[-1] for _, name in examples) == ["1", "1", "2", "4"]


def test_numbers_that_are_not_the_published_ones_are_named(prepare, coco):
    with pytest.warns(UserWarning) as caught:
        builder = prepare("coco_coseg", coco)
    message = str(caught[0].message)
    file = "instances_val2017.json"
    lines = [
        f"{file}: expected 80 groups, found 2",
        f"{file}: expected 5000 pictures in all, found 5",
    ]
    assert all(line in message for line in lines)
    assert builder.info.metadata["differences"] == {"validation": lines}


def test_a_config_of_ones_own(tmp_path, coco):
    assert CocoConfig(7, seed=3).name == "balanced7_seed3"
    config = tfds.download.DownloadConfig(manual_dir=coco)
    builder = tfds.builder("coco_coseg", data_dir=tmp_path, config=CocoConfig(1))
    builder.download_and_prepare(download_config=config)
    assert builder.info.metadata["groups"]["validation"] == {"cat": 1, "dog": 1}


def test_choice_is_balanced_seeded_and_independent_of_other_categories():
    dogs = {(i, DOG): [annotation(i, DOG)] for i in range(50)}
    cats = {(i, CAT): [annotation(i, CAT)] for i in range(40, 45)}

    def chosen(annotations, seed=0, category=DOG):
        pictures = choose(annotations, 10, seed)
        return {i for i, categories in pictures.items() if category in categories}

    assert len(chosen(dogs)) == 10
    assert chosen(dogs) == chosen({**cats, **dogs})
    assert chosen({**cats, **dogs}, category=CAT) == set(range(40, 45))
    assert chosen(dogs) != chosen(dogs, seed=1)
    smaller = {i for i, found in choose(dogs, 5, 0).items() if found}
    assert smaller < chosen(dogs)


def test_no_pictures(prepare, coco, tmp_path):
    manual = tmp_path / "manual"
    (manual / "coco" / "annotations").mkdir(parents=True)
    with pytest.raises(FileNotFoundError, match="train2017 or val2017(?s:.*)Download"):
        prepare("coco_coseg", manual)


def test_annotations_that_lack_or_are_others(prepare, tmp_path):
    root = tmp_path / "manual" / "coco"
    (root / "annotations").mkdir(parents=True)
    (root / "val2017").mkdir()
    file = root / "annotations" / "instances_val2017.json"
    with pytest.raises(FileNotFoundError, match=f"Expected {file}.\nDownload"):
        prepare("coco_coseg", tmp_path / "manual")
    for text, what in (('{"images": []', "JSONDecodeError"), ("{}", "'images'")):
        file.write_text(text)
        with pytest.raises(ValueError, match=f"instances of COCO.*{file}: .*{what}"):
            prepare("coco_coseg", tmp_path / "manual")
