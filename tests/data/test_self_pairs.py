"""A picture as its own partner: all of it is in common, the answer is its object."""

import numpy as np
import pytest

from tfcoseg.data import pair_dataset, read_folder, sample_pairs


@pytest.fixture
def records(folder):
    return read_folder(folder({"aeroplane": 3, "car": 4, "cow": 2}))


def with_itself(pairs):
    return [pair.record_a == pair.record_b for pair in pairs]


def test_as_many_as_asked_for(records):
    pairs = sample_pairs(records, 800, 0.25, self_share=0.4)
    itself = with_itself(pairs)
    assert not any(with_itself(sample_pairs(records, 200)))
    positive = [pair.positive for pair in pairs]
    assert np.mean([same for same, yes in zip(itself, positive) if yes]) == (
        pytest.approx(0.4, abs=0.06)
    )
    assert not any(same for same, yes in zip(itself, positive) if not yes)
    resumed = sample_pairs(records, 300, 0.25, start=500, self_share=0.4)
    assert resumed == pairs[500:]


@pytest.mark.parametrize("first", [0, 1])
def test_every_other_one_is_the_same_to_the_pixel(records, first):
    pairs = sample_pairs(records, 12, 0, self_share=1.0)
    dataset = pair_dataset(pairs, 40, 12, first_index=first)
    ((images, masks),) = dataset
    for number in range(12):
        for name, values in (("image", images), ("mask", masks)):
            one, two = (values[f"{name}_{side}"][number].numpy() for side in "ab")
            if (first + number) % 2 == 0:
                np.testing.assert_array_equal(one, two)
            elif name == "image":
                assert np.abs(one - two).mean() > 1
        assert masks["mask_a"][number].numpy().max() == 1


def test_a_share_out_of_range(records):
    with pytest.raises(ValueError, match="`self_share` must be in 0..1. Received: 2"):
        sample_pairs(records, 4, self_share=2)
