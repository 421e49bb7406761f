import pickle

import numpy as np
import pytest
import tensorflow_datasets as tfds
from PIL import Image

from tfcoseg.data import read_folder
from tfcoseg.datasets import CoSegFolder
from tfcoseg.pictures import read_image, read_mask


@pytest.fixture
def root(tmp_path, save, noise, square):
    """Two groups of two; masks of 0, 1 and void in one of them, a JPEG turned."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned to the right
    for seed, group in enumerate(("cat", "dog")):
        for number in (1, 2):
            name = f"{number:02}"
            image = tmp_path / "mine" / "images" / group / f"{name}.jpg"
            mask = square(columns=slice(seed + number, 9), value=255)
            if (group, number) == ("dog", 2):
                turned = np.ascontiguousarray(noise(9).transpose(1, 0, 2))
                save(image, turned, exif=exif)
            else:
                save(image, noise(10 * seed + number))
            save(tmp_path / "mine" / "masks" / group / f"{name}.png", mask)
    return tmp_path / "mine"


def names(dataset):
    found = [(e["group"], e["name"]) for e in tfds.as_numpy(dataset)]
    return [(group.decode(), name.decode()) for group, name in found]


ALL = [(group, name) for group in ("cat", "dog") for name in ("01", "02")]


def test_examples_are_what_the_one_reader_reads(root):
    builder = CoSegFolder(root)
    assert builder.records == read_folder(root)
    examples = list(tfds.as_numpy(builder.as_dataset(split="pictures")))
    assert len(examples) == 4
    for example, record in zip(examples, builder.records):
        assert example["group"].decode() == record.group
        assert example["name"].decode() == record.name
        np.testing.assert_array_equal(example["image"], read_image(record.image))
        np.testing.assert_array_equal(example["mask"][..., 0], read_mask(record.mask))


def test_void(root, save, square):
    mask = square(value=255)
    mask[0] = 128
    save(root / "masks/cat/01.png", mask)
    dataset = CoSegFolder(root, void_value=128).as_dataset(split="pictures")
    first = next(iter(tfds.as_numpy(dataset)))["mask"][..., 0]
    expected = square()
    expected[0] = 255
    np.testing.assert_array_equal(first, expected)


def test_info(root):
    info = CoSegFolder(root).info
    assert info.splits["pictures"].num_examples == 4
    assert info.metadata["groups"] == {"cat": 2, "dog": 2}
    assert info.data_dir == str(root) and info.homepage == root.as_uri()
    assert set(info.features) == {"group", "image", "mask", "name"}
    assert info.features["mask"].shape == (None, None, 1)
    assert info.supervised_keys == ("image", "mask")


def test_dataset_has_the_declared_types(root):
    builder = CoSegFolder(root)
    spec = builder.as_dataset(split="pictures").element_spec
    declared = builder.info.features.get_tensor_info()
    assert spec.keys() == declared.keys()
    for key, expected in declared.items():
        assert spec[key].dtype == expected.tf_dtype
        assert tuple(spec[key].shape) == expected.shape


@pytest.mark.parametrize(
    "split, expected",
    [
        ("pictures[:50%]", ALL[:2]),
        ("pictures[-1:]", ALL[3:]),
        ("pictures[:1]+pictures[2:3]", [ALL[0], ALL[2]]),
        ("all", ALL),
    ],
)
def test_parts(root, split, expected):
    assert names(CoSegFolder(root).as_dataset(split=split)) == expected


def test_unknown_split(root):
    with pytest.raises(ValueError, match="train.*pictures"):
        CoSegFolder(root).as_dataset(split="train")


def test_all_splits_batches_and_supervised_keys(root):
    builder = CoSegFolder(root, groups=["cat"])
    assert set(builder.as_dataset()) == {"pictures"}
    (batch,) = builder.as_dataset(split="pictures", batch_size=2, as_supervised=True)
    assert batch[0].shape == (2, 12, 16, 3) and batch[1].shape == (2, 12, 16, 1)


def test_shuffling_follows_the_seed(root):
    builder = CoSegFolder(root)

    def order(seed):
        config = tfds.ReadConfig(shuffle_seed=seed)
        return names(
            builder.as_dataset(split="pictures", shuffle_files=True, read_config=config)
        )

    orders = [order(seed) for seed in range(5)]
    assert order(3) == orders[3]
    assert all(sorted(found) == ALL for found in orders)
    assert any(found != ALL for found in orders)


def test_decoders_get_the_files_bytes(root):
    builder = CoSegFolder(root)
    skip = {"image": tfds.decode.SkipDecoding()}
    dataset = builder.as_dataset(split="pictures", decoders=skip)
    for example, record in zip(tfds.as_numpy(dataset), builder.records):
        assert example["image"] == record.image.read_bytes()
        np.testing.assert_array_equal(example["mask"][..., 0], read_mask(record.mask))


def test_some_features_only(root):
    partial = tfds.decode.PartialDecoding({"mask": True, "name": True})
    dataset = CoSegFolder(root).as_dataset(split="pictures", decoders=partial)
    assert set(dataset.element_spec) == {"mask", "name"}
    assert next(iter(tfds.as_numpy(dataset)))["name"] == b"01"


def test_folders_are_read_in_place_and_never_mixed_up(root, tmp_path, save, noise):
    before = sorted(tmp_path.rglob("*"))
    names(CoSegFolder(root).as_dataset(split="pictures"))
    assert sorted(tmp_path.rglob("*")) == before
    other = tmp_path / "other" / "mine"
    for name in ("a", "b"):
        save(other / "images" / "cow" / f"{name}.png", noise())
        save(other / "masks" / "cow" / f"{name}.png", noise()[..., 0] // 128)
    found = names(CoSegFolder(other).as_dataset(split="pictures"))
    assert found == [("cow", "a"), ("cow", "b")]


def test_a_changed_file_is_read_anew(root, save, square):
    dataset = CoSegFolder(root).as_dataset(split="pictures")
    assert next(iter(tfds.as_numpy(dataset)))["mask"].any()
    save(root / "masks/cat/01.png", square(value=0))
    assert not next(iter(tfds.as_numpy(dataset)))["mask"].any()


def test_problems_are_those_of_the_reader(root, tmp_path):
    (root / "masks/dog/02.png").unlink()
    with pytest.raises(ValueError, match="its mask is missing"):
        CoSegFolder(root)
    with pytest.warns(UserWarning, match="its mask is missing"):
        builder = CoSegFolder(root, on_error="skip")
    assert builder.info.metadata["groups"] == {"cat": 2}
    with pytest.raises(FileNotFoundError, match="images/<group>"):
        CoSegFolder(tmp_path / "nowhere")


def test_damage_behind_the_header(root):
    image = root / "images/cat/02.jpg"
    image.write_bytes(image.read_bytes()[:-60])
    with pytest.raises(Exception, match=r"cat.02\.jpg.*truncated"):
        names(CoSegFolder(root).as_dataset(split="pictures"))
    skipping = CoSegFolder(root, on_error="skip").as_dataset(split="pictures")
    with pytest.warns(UserWarning, match=r"cat.02\.jpg.*truncated.*Left out"):
        assert names(skipping) == [ALL[0], *ALL[2:]]


def test_there_is_nothing_to_prepare(root):
    builder = CoSegFolder(root)
    with pytest.raises(NotImplementedError, match="read in place"):
        builder.download_and_prepare()
    assert "co_seg_folder" not in tfds.list_builders()


def test_pickled_and_back(root):
    builder = CoSegFolder(root, groups=(name for name in ["dog"]))
    again = pickle.loads(pickle.dumps(builder))
    assert again.records == builder.records
    assert again.info.splits["pictures"].num_examples == 2
