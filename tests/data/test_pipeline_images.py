"""Single pictures, read several times: to cache features of."""

import itertools

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tfcoseg.data import image_dataset, random_crop, read_folder
from tfcoseg.pictures import read_image, read_mask


@pytest.fixture
def records(folder):
    return read_folder(folder({"aeroplane": 3, "car": 4, "cow": 2}))


def test_views_of_a_picture_come_in_succession(records):
    dataset = image_dataset(records, 24, views=3)
    image, mask, index, view = dataset.element_spec
    assert image.shape == (24, 24, 3) and image.dtype == tf.float32
    assert mask.shape == (24, 24, 1) and mask.dtype == tf.uint8
    small = image_dataset(records, 24, views=3, augment=False)
    order = [(int(index), int(view)) for *_, index, view in small]
    assert order == list(itertools.product(range(len(records)), range(3)))


def test_views_differ_and_come_again(records):
    dataset = image_dataset(records, 24, views=3, seed=1)
    first, again = list(dataset), list(dataset)
    for example, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(example[0], other[0])
    assert len({np.array(example[0]).tobytes() for example in first}) == len(first)


def test_fewer_views_are_the_first_of_more(records):
    few = list(image_dataset(records, 24, views=1, augment=[random_crop()]))
    many = list(image_dataset(records, 24, views=2, augment=[random_crop()]))
    for example, other in zip(few, many[::2], strict=True):
        np.testing.assert_array_equal(example[0], other[0])


def test_without_augmentation_it_is_the_files(records):
    dataset = image_dataset(records, (12, 16), views=2, augment=False)
    for image, mask, index, _ in dataset:
        record = records[int(index)]
        np.testing.assert_allclose(image, read_image(record.image), atol=1e-3)
        np.testing.assert_array_equal(mask[..., 0], read_mask(record.mask))


def test_void(records):
    root = records[0].image.parents[2]
    mask = np.zeros((12, 16), np.uint8)
    mask[3:] = 1
    mask[8:] = 255
    Image.fromarray(mask).save(records[0].mask)
    first = read_folder(root, void_value=255)[:1]
    ((_, found, _, _),) = image_dataset(first, (12, 16), augment=False)
    np.testing.assert_array_equal(found[..., 0], mask)
