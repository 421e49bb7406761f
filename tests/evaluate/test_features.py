import itertools
from collections import Counter
from types import SimpleNamespace

import pytest

from tfcoseg.data.folder import Record
from tfcoseg.evaluate.features import FeatureStore
from tfcoseg.evaluate.finds import feature_store


class Encoder:
    """Counts its calls; an encoding is the picture's own name."""

    def __init__(self):
        self.calls = Counter()

    def __call__(self, picture):
        self.calls[picture] += 1
        return SimpleNamespace(name=picture)


def walk(sets, capacity=200):
    """Takes them all; returns the calls and the most encodings held between two."""
    encoder = Encoder()
    store = FeatureStore(encoder, sets, capacity)
    held = []
    for pictures in sets:
        assert [one.name for one in store.take(pictures)] == list(pictures)
        held.append(len(store._held))
    assert not store._held
    return encoder.calls, max(held)


def test_every_pair_encodes_each_picture_once():
    calls, held = walk(list(itertools.combinations("abcdef", 2)))
    assert calls == Counter("abcdef")
    assert held == 5


def test_consecutive_pairs_hold_few_encodings_however_many_pictures():
    count = 50
    calls, held = walk([(i, (i + 1) % count) for i in range(count)])
    assert set(calls.values()) == {1} and len(calls) == count
    assert held <= 2  # the next one, and the first, which comes last again


@pytest.mark.parametrize("capacity", [0, 1, 3, 7])
def test_no_more_than_the_capacity_is_held(capacity):
    sets = list(itertools.combinations(range(8), 2))
    calls, held = walk(sets, capacity)
    assert held == capacity
    assert (set(calls.values()) == {1}) == (capacity == 7)
    assert sum(calls.values()) <= 2 * len(sets)


def test_what_is_needed_last_is_dropped_first():
    """A partner that comes again at the end only does not keep others out."""
    sets = [("last", "a"), ("a", "b"), ("b", "c"), ("c", "a"), ("a", "last")]
    calls, held = walk(sets, capacity=2)
    assert calls == {"last": 2, "a": 1, "b": 1, "c": 1} and held == 2


def test_whole_groups_encode_each_picture_once_and_hold_one_group():
    calls, held = walk([range(0, 10), range(10, 20), range(20, 25), range(20, 25)])
    assert set(calls.values()) == {1} and len(calls) == 25
    assert held == 5


@pytest.mark.parametrize("working_size, held", [(321, 12), (1600, 8), (4600, 1)])
def test_large_working_sizes_hold_fewer_encodings(working_size, held):
    predictor = SimpleNamespace(encode=Encoder(), working_size=working_size)
    records = [Record("group", str(i), i, i) for i in range(12)]
    store = feature_store(predictor, [records, records])
    store.take(records)
    assert len(store._held) == held
