import itertools
from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest

from tfcoseg.data.folder import Record
from tfcoseg.evaluate.features import FeatureStore
from tfcoseg.evaluate.judge import feature_store
from tfcoseg.evaluate.protocol import Comparison

# One for each picture that the tests know.
KERNELS = {
    picture: np.random.default_rng(index).normal(size=(3, 3)).astype("float32")
    for index, picture in enumerate([*"abcdef", *range(50)])
}


class Encoder:
    """Counts its calls; an encoding is the picture's own name."""

    def __init__(self):
        self.calls = Counter()

    def __call__(self, picture):
        self.calls[picture] += 1
        return SimpleNamespace(name=picture, tensors={"kernel": KERNELS[picture]})


def walk(comparisons, capacity=200):
    """Takes them all; returns the calls and the most encodings and kernels held."""
    encoder = Encoder()
    store = FeatureStore(encoder, comparisons, capacity)
    encodings, kernels = [], []
    for picture, partners in comparisons:
        encoded, kernel = store.take(picture, partners)
        assert encoded.name == picture
        if partners:
            mean = np.mean([KERNELS[partner] for partner in partners], axis=0)
            np.testing.assert_allclose(kernel, mean, rtol=1e-5, atol=1e-6)
        else:
            assert kernel is None
        encodings.append(len(store._encodings))
        kernels.append(len(store._kernels))
    assert not store._encodings and not store._kernels
    return encoder.calls, max(encodings), max(kernels)


def pairs(pictures):
    return [(a, (b,)) for a, b in itertools.permutations(pictures, 2)]


def test_every_ordered_pair_encodes_each_picture_once():
    calls, _, _ = walk(pairs("abcdef"))
    assert calls == Counter("abcdef")


def test_consecutive_pairs_hold_few_encodings_however_many_pictures():
    count = 50
    calls, held, _ = walk([(i, ((i + 1) % count,)) for i in range(count)])
    assert set(calls.values()) == {1} and len(calls) == count
    assert held <= 2


def test_pictures_without_partner_are_encoded_once():
    calls, held, _ = walk([(0, ()), (0, (1,)), (1, ()), (1, (0,))])
    assert calls == {0: 1, 1: 1}
    assert held <= 2


@pytest.mark.parametrize("capacity", [0, 1, 3])
def test_beyond_the_capacity_a_picture_is_encoded_at_most_twice(capacity):
    calls, held, _ = walk(pairs(range(8)), capacity)
    assert held <= capacity + 1
    assert max(calls.values()) == 2
    assert sum(calls.values()) == 2 * 8 - max(1, capacity)


def test_a_picture_that_is_its_own_partner_is_encoded_once():
    calls, _, _ = walk([("a", ("a",))])
    assert calls == {"a": 1}


def test_one_partner_gives_its_kernel_to_the_bit():
    _, kernel = FeatureStore(Encoder(), [("a", ("b",))]).take("a", ("b",))
    assert kernel is KERNELS["b"]


def test_whole_groups_encode_each_picture_once_and_hold_one_group():
    groups = [range(0, 10), range(10, 20), range(20, 25)]
    calls, encodings, kernels = walk(
        [(i, tuple(j for j in group if j != i)) for group in groups for i in group]
    )
    assert set(calls.values()) == {1} and len(calls) == 25
    assert encodings <= 10 and kernels <= 10


@pytest.mark.parametrize("working_size, held", [(321, 12), (1600, 8), (4600, 1)])
def test_large_working_sizes_hold_fewer_encodings(working_size, held):
    predictor = SimpleNamespace(encode=Encoder(), working_size=working_size)
    records = [Record("group", str(i), i, i) for i in range(12)]
    comparisons = [
        Comparison("pair", record, tuple(r for r in records if r is not record))
        for record in records
    ]
    store = feature_store(predictor, comparisons)
    store.take(records[0], comparisons[0].partners)
    # All of the group but the first, whose turn is over.
    assert len(store._encodings) == held - 1
