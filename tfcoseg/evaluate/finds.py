"""What is found for each comparison; one search answers all comparisons of a set."""

import copy
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any

import numpy as np

from tfcoseg.data.record import Record, read_true_mask
from tfcoseg.evaluate.features import CAPACITY, FeatureStore
from tfcoseg.evaluate.protocol import NO_CORRELATION, Comparison
from tfcoseg.inference import Find
from tfcoseg.signature import KERNEL, WORKING_SIZE


def in_sets(comparisons: Iterable[Comparison]) -> list[Comparison]:
    """The same comparisons, with those that one search answers next to each other."""
    sets: dict[tuple, list[Comparison]] = {}
    for comparison in comparisons:
        sets.setdefault(_search_of(comparison), []).append(comparison)
    return [comparison for of_set in sets.values() for comparison in of_set]


def find_all(predictor: Any, comparisons: Sequence[Comparison]) -> Iterator[Find]:
    """What is found in the judged picture of each comparison, in their order.

    Comparisons of the same set of pictures that are next to each other share a search,
    so that a group of n pictures is searched once, and not n times.

    Args:
        predictor: see `evaluate_folder`.
        comparisons: best ordered by `in_sets`.
    """
    searches = [list(of_set) for _, of_set in groupby(comparisons, _search_of)]
    sets = [_members(search[0]) for search in searches]
    store = feature_store(predictor, sets)
    off = lru_cache(1)(lambda: without_correlation(predictor))
    for search, members in zip(searches, sets):
        encoded = store.take(members)
        engine = off() if search[0].kind == NO_CORRELATION else predictor
        finds = engine.find(encoded, references=_references(search[0], members))
        for comparison in search:
            yield finds[members.index(comparison.record)]


def feature_store(predictor: Any, sets: Sequence[Sequence[Record]]) -> FeatureStore:
    """The encodings of the sets' pictures, in about 1 GB at most."""
    size = max(predictor.working_size, 1)
    # The memory for an encoding grows with the square of the working size.
    capacity = max(1, CAPACITY * WORKING_SIZE**2 // size**2)
    return FeatureStore(lambda record: predictor.encode(record.image), sets, capacity)


def without_correlation(predictor: Any) -> Any:
    """The same predictor with PyramidXCorr switched off.

    The decoder gets the picture's own embedding in place of the correlation. The
    semantic affinity, and so the partner, stays.
    """
    off = copy.copy(predictor)
    off.runtime = _WithoutCorrelation(predictor.runtime)
    return off


class _WithoutCorrelation:
    """An engine that passes no kernel on, and is the given engine in all else."""

    def __init__(self, runtime):
        self._runtime = runtime

    def __getattr__(self, name):
        return getattr(self._runtime, name)

    def correlate(self, encoded, partner):
        return self._runtime.correlate(encoded, {**partner, KERNEL: None})


def _search_of(comparison):
    """Equal for comparisons that one search answers."""
    members = frozenset([comparison.record, *comparison.partners])
    asked = comparison.record if comparison.reference else None
    return comparison.kind == NO_CORRELATION, members, asked


def _members(comparison):
    """All pictures of a comparison, in an order that does not depend on who is judged.

    So results are the same to the bit, however many of a set have been judged before.
    """
    members = [comparison.record, *comparison.partners]
    return sorted(members, key=lambda record: (record.group, record.name))


def _references(comparison, members):
    """The true masks of the partners, if they are given."""
    if not comparison.reference:
        return None
    return [
        (
            None
            if record == comparison.record
            else (read_true_mask(record) == 1).astype(np.uint8)
        )
        for record in members
    ]
