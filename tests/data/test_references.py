import numpy as np
import pytest
import tensorflow as tf

from tfcoseg.data import pair_dataset, read_folder
from tfcoseg.data.pairs import Pair
from tfcoseg.data.references import reference_masks
from tfcoseg.data.transforms import random_crop, random_flip
from tfcoseg.signature import REFERENCE_A, REFERENCE_B, VOID

MASK_A = np.uint8([[[0], [1], [VOID], [1]]])
MASK_B = np.uint8([[[1], [0], [0], [VOID]]])


def references(share, positive, number, masks=(MASK_A, MASK_B)):
    seed = tf.constant([3, number])
    found = reference_masks(masks, tf.constant(positive), share, seed)
    return [np.array(reference) for reference in found]


def given(references):
    return tuple(not np.all(reference == 1) for reference in references)


def test_references_are_the_objects_and_void_is_none():
    for number in range(20):
        a, b = references(1.0, True, number)
        for reference, mask in ((a, MASK_A), (b, MASK_B)):
            assert reference.dtype == np.float32 and reference.shape == mask.shape
            assert np.all(reference == 1) or np.array_equal(reference, mask == 1)


def test_either_or_both_of_a_positive_pair():
    drawn = [given(references(1.0, True, number)) for number in range(150)]
    for expected in ((True, False), (False, True), (True, True)):
        assert 30 <= drawn.count(expected) <= 70
    assert (False, False) not in drawn


def test_only_b_of_a_negative_pair():
    drawn = {given(references(1.0, False, number)) for number in range(20)}
    assert drawn == {(False, True)}


@pytest.mark.parametrize("positive", [True, False])
def test_share(positive):
    drawn = [any(given(references(0.3, positive, number))) for number in range(300)]
    assert 65 <= sum(drawn) <= 115


@pytest.mark.parametrize("value", [0, VOID])
def test_an_empty_reference_is_absent(value):
    empty = np.full_like(MASK_A, value)
    for number in range(10):
        assert given(references(1.0, True, number, (empty, empty))) == (False, False)


class TestPairDataset:
    @pytest.fixture
    def records(self, folder):
        return read_folder(folder({"aeroplane": 3, "car": 3}))

    @pytest.fixture
    def pairs(self, records):
        positive = [Pair(records[0], records[1], True)] * 12
        return positive + [Pair(records[0], records[3], False)] * 12

    def test_no_references_by_default(self, pairs):
        inputs, truths = pair_dataset(pairs, 24).element_spec
        assert list(inputs) == ["image_a", "image_b"]
        assert list(truths) == ["mask_a", "mask_b"]

    def test_references_are_augmented_with_the_picture(self, pairs):
        steps = [random_crop(), random_flip()]
        dataset = pair_dataset(pairs, (24, 32), 24, augment=steps, reference_share=0.7)
        inputs, truths = dataset.element_spec
        for name in (REFERENCE_A, REFERENCE_B):
            assert inputs[name].shape == (24, 24, 32, 1)
            assert inputs[name].dtype == tf.float32
        ((inputs, truths),) = dataset
        for number, pair in enumerate(pairs):
            a, b = (inputs[name][number].numpy() for name in (REFERENCE_A, REFERENCE_B))
            truth_a, truth_b = (truths[f"mask_{s}"][number].numpy() for s in "ab")
            if pair.positive:
                assert np.all(a == 1) or np.array_equal(a, truth_a)
                assert np.all(b == 1) or np.array_equal(b, truth_b)
            else:
                assert np.all(a == 1) and not truth_a.any() and not truth_b.any()
        absent = [
            [np.all(inputs[name][number] == 1) for name in (REFERENCE_A, REFERENCE_B)]
            for number in range(24)
        ]
        assert 2 < np.sum(np.all(absent, 1)) < 14
        assert 3 < np.sum(np.logical_not(absent)[12:, 1]) < 12

    def test_the_rest_is_as_without(self, pairs):
        plain = pair_dataset(pairs, 24, 24, augment=[random_flip()])
        more = pair_dataset(pairs, 24, 24, augment=[random_flip()], reference_share=1.0)
        ((inputs, truths),), ((more_inputs, more_truths),) = plain, more
        for name in inputs:
            np.testing.assert_array_equal(inputs[name], more_inputs[name])
        for name in truths:
            np.testing.assert_array_equal(truths[name], more_truths[name])

    @pytest.mark.parametrize("share", [-0.1, 1.5])
    def test_share_out_of_range(self, pairs, share):
        with pytest.raises(ValueError, match="`reference_share` must be in 0..1"):
            pair_dataset(pairs, reference_share=share)
