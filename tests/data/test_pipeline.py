import itertools
import os
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tfcoseg.data import (
    image_dataset,
    pair_dataset,
    pipeline,
    read_folder,
    sample_pairs,
)
from tfcoseg.data.pairing import Pair, consecutive_pairs
from tfcoseg.data.transforms import random_flip, resize
from tfcoseg.pictures import read_image, read_mask
from tfcoseg.signature import VOID

DATA = os.environ.get("TFCOSEG_DATA")
NAMES = ("image_a", "image_b"), ("mask_a", "mask_b")


@pytest.fixture
def records(folder):
    return read_folder(folder({"aeroplane": 3, "car": 4, "cow": 2}))


def batches(dataset):
    """All batches, as dicts of arrays with the four names."""
    return [
        {name: np.array(array) for name, array in {**images, **masks}.items()}
        for images, masks in dataset
    ]


def assert_equal(batches, others):
    assert len(batches) == len(others) > 0
    for batch, other in zip(batches, others):
        assert batch.keys() == other.keys()
        for name in batch:
            np.testing.assert_array_equal(batch[name], other[name])


class TestPairDataset:
    def test_names_shapes_and_types(self, records):
        pairs = sample_pairs(records, 9)
        dataset = pair_dataset(pairs, (20, 28), 4, augment=[random_flip()])
        images, masks = dataset.element_spec
        assert (tuple(images), tuple(masks)) == NAMES
        for specs, channels in ((images, 3), (masks, 1)):
            for spec in specs.values():
                assert spec.shape == (4, 20, 28, channels)
                assert spec.dtype == tf.float32
        found = batches(dataset)
        assert len(found) == 2
        for batch in found:
            for name in NAMES[0]:
                assert 0 <= batch[name].min() < 60 and 200 < batch[name].max() <= 255
            for name in NAMES[1]:
                assert set(np.unique(batch[name])) <= {0, 1}

    def test_square_and_remainder(self, records):
        pairs = sample_pairs(records, 5)
        dataset = pair_dataset(pairs, 24, 3, augment=False, drop_remainder=False)
        found = batches(dataset)
        assert [batch["mask_a"].shape for batch in found] == [
            (3, 24, 24, 1),
            (2, 24, 24, 1),
        ]

    def test_without_augmentation_it_is_the_files(self, records):
        pairs = consecutive_pairs(records)
        dataset = pair_dataset(pairs, (12, 16), 1, augment=False)
        for pair, batch in zip(pairs, batches(dataset), strict=True):
            for side, record in (("a", pair.record_a), ("b", pair.record_b)):
                image, mask = batch[f"image_{side}"][0], batch[f"mask_{side}"][0]
                np.testing.assert_allclose(image, read_image(record.image), atol=1e-3)
                np.testing.assert_array_equal(mask[..., 0], read_mask(record.mask))

    def test_same_seed_same_batches(self, records):
        pairs = sample_pairs(records, 8)
        flip = [random_flip()]
        first = batches(pair_dataset(pairs, 24, seed=3, augment=flip))
        assert_equal(first, batches(pair_dataset(pairs, 24, seed=3, augment=flip)))
        other = batches(pair_dataset(pairs, 24, seed=4, augment=flip))
        assert not np.array_equal(first[0]["image_a"], other[0]["image_a"])

    def test_resuming_gives_the_rest_of_the_run(self, records):
        options = {"size": 24, "seed": 2, "augment": [random_flip()]}
        whole = batches(pair_dataset(sample_pairs(records, 12), **options))
        rest = sample_pairs(records, 8, start=4)
        rest = batches(pair_dataset(rest, first_index=4, **options))
        assert_equal(rest, whole[1:])

    def test_two_sides_are_augmented_independently(self, records):
        pairs = [Pair(records[0], records[0], True)] * 16
        (batch,) = batches(pair_dataset(pairs, 24, 16, augment=[random_flip()]))
        same = [
            np.array_equal(a, b) for a, b in zip(batch["image_a"], batch["image_b"])
        ]
        assert 2 < sum(same) < 14
        # Nor are two pairs of the same pictures augmented alike.
        assert len({image.tobytes() for image in batch["image_a"]}) == 2

    def test_augmentation_by_default(self, records, monkeypatch):
        """Any that says that it was asked for: the real one takes long to trace."""
        pairs, sizes = sample_pairs(records, 8), []

        def flips(size):
            sizes.append(size)
            return [random_flip(), resize(size)]

        monkeypatch.setattr(pipeline, "default_augmentation", flips)
        spelled = pair_dataset(pairs, 24, augment=[random_flip()])
        assert_equal(batches(pair_dataset(pairs, 24)), batches(spelled))
        assert sizes == [24]

    def test_transforms_of_ones_own_see_the_picture_as_it_was_read(self, records):
        seen = []

        def look(example):
            seen.append(example["image"].dtype)
            return example

        pair_dataset(sample_pairs(records, 4), 24, augment=[look])
        image_dataset(records, 24, augment=[look])
        assert set(seen) == {tf.uint8}

    def test_negative_pairs_have_empty_masks(self, records):
        pairs = sample_pairs(records, 16, negative_share=0.5)
        (batch,) = batches(pair_dataset(pairs, 24, 16, augment=False))
        found = batch["mask_a"].any((1, 2, 3)), batch["mask_b"].any((1, 2, 3))
        positive = [pair.positive for pair in pairs]
        np.testing.assert_array_equal(found, [positive, positive])

    def test_void_stays_void_in_negative_pairs_too(self, records):
        for record in records:
            mask = np.array(Image.open(record.mask)) // 255
            mask[0] = VOID
            Image.fromarray(mask).save(record.mask)
        root = records[0].image.parents[2]
        marked = read_folder(root, void_value=255)
        for pairs, value in ((records, 255), (marked, None)):
            pairs = sample_pairs(pairs, 4, negative_share=0.5)
            dataset = pair_dataset(
                pairs, (12, 16), augment=False, void_value=value, batch_size=4
            )
            (batch,) = batches(dataset)
            for mask, pair in zip(batch["mask_a"], pairs):
                assert np.all(mask[0] == VOID)
                assert set(np.unique(mask[1:])) == ({0, 1} if pair.positive else {0})

    def test_large_first_index_and_seed(self, records):
        pairs, flip = sample_pairs(records, 4), [random_flip()]
        dataset = pair_dataset(
            pairs, 24, seed=2**31 - 1, augment=flip, first_index=10**9
        )
        assert len(batches(dataset)) == 1

    @pytest.mark.parametrize("kind", ["image", "mask"])
    def test_damaged_file_is_named(self, records, kind):
        path = getattr(records[1], kind)
        path.write_bytes(path.read_bytes()[:60])
        dataset = pair_dataset(consecutive_pairs(records), 24, augment=False)
        with pytest.raises(tf.errors.OpError, match=path.name):
            batches(dataset)

    def test_wrong_values_of_a_mask_are_named(self, records):
        Image.fromarray(np.full((12, 16), 7, np.uint8)).save(records[0].mask)
        with pytest.raises(tf.errors.OpError, match=r"00\.png with the values \[7\]"):
            batches(pair_dataset(consecutive_pairs(records), 24, augment=False))

    def test_size_mismatch_is_named(self, records):
        Image.fromarray(np.zeros((16, 12), np.uint8)).save(records[0].mask)
        with pytest.raises(tf.errors.OpError, match="one size.*00.png"):
            batches(pair_dataset(consecutive_pairs(records), 24, augment=False))

    def test_pictures_of_different_sizes_in_one_batch(self, tmp_path, write_picture):
        for number, shape in enumerate([(9, 30), (40, 7), (1, 1)]):
            image = np.full((*shape, 3), 99, np.uint8)
            write_picture("cat", f"{number}.png", image, np.ones(shape, np.uint8))
        pairs = consecutive_pairs(read_folder(tmp_path))
        (batch,) = batches(pair_dataset(pairs, 32, 3, augment=False))
        assert np.all(np.abs(batch["image_a"] - 99) < 1e-3)
        assert np.all(batch["mask_b"] == 1)


@pytest.mark.slow
@pytest.mark.skipif(not DATA, reason="TFCOSEG_DATA does not name the real data")
def test_real_pictures():
    root = Path(DATA) / "pascal_coseg"
    if not root.is_dir():
        pytest.skip("TFCOSEG_DATA holds no pascal_coseg")
    pairs = sample_pairs(read_folder(root), 80)
    empty = total = 0
    for batch, start in zip(batches(pair_dataset(pairs, 97)), itertools.count(0, 4)):
        for i in range(4):
            for name in NAMES[1]:
                assert pairs[start + i].positive or not batch[name][i].any()
                total += pairs[start + i].positive
                empty += pairs[start + i].positive and not batch[name][i].any()
    # A crop that shows most of the object does not lose it.
    assert total == 120 and empty <= 2
