import itertools
from collections import Counter
from types import SimpleNamespace

import pytest

from tfcoseg.evaluate.features import FeatureStore


class Encoder:
    """Counts its calls; an encoding is the picture's own name."""

    def __init__(self):
        self.calls = Counter()

    def __call__(self, picture):
        self.calls[picture] += 1
        return SimpleNamespace(name=picture, tensors={"kernel": f"kernel of {picture}"})


def walk(comparisons, capacity=200):
    encoder = Encoder()
    store = FeatureStore(encoder, comparisons, capacity)
    held = []
    for picture, partner in comparisons:
        encoded, kernel = store.take(picture, partner)
        assert encoded.name == picture
        assert kernel == (None if partner is None else f"kernel of {partner}")
        held.append(len(store._encodings))
    assert not store._encodings and not store._kernels
    return encoder.calls, max(held)


def test_every_ordered_pair_encodes_each_picture_once():
    calls, _ = walk(list(itertools.permutations("abcdef", 2)))
    assert calls == Counter("abcdef")


def test_consecutive_pairs_hold_few_encodings_however_many_pictures():
    count = 50
    calls, held = walk([(i, (i + 1) % count) for i in range(count)])
    assert set(calls.values()) == {1} and len(calls) == count
    assert held <= 2


def test_pictures_without_partner_are_encoded_once():
    calls, held = walk([(0, None), (0, 1), (1, None), (1, 0)])
    assert calls == {0: 1, 1: 1}
    assert held <= 2


@pytest.mark.parametrize("capacity", [0, 1, 3])
def test_beyond_the_capacity_a_picture_is_encoded_at_most_twice(capacity):
    calls, held = walk(list(itertools.permutations(range(8), 2)), capacity)
    assert held <= capacity + 1
    assert max(calls.values()) == 2
    assert sum(calls.values()) == 2 * 8 - max(1, capacity)


def test_a_picture_that_is_its_own_partner_is_encoded_once():
    calls, _ = walk([("a", "a")])
    assert calls == {"a": 1}
