"""One mask after the other: decoded, counted, or taken from the cache."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from tfcoseg.data.record import read_true_mask
from tfcoseg.evaluate.features import CAPACITY, FeatureStore
from tfcoseg.evaluate.protocol import NO_CORRELATION, Comparison
from tfcoseg.evaluate.scores import Counts, count_pixels
from tfcoseg.evaluate.thresholds import count_at_thresholds
from tfcoseg.pictures import resize_mask
from tfcoseg.signature import WORKING_SIZE


@dataclass(frozen=True, eq=False, slots=True)
class Judgement:
    """One mask that was judged. Small, since an evaluation may hold 100,000 of them.

    Attributes:
        comparison: what was compared with what.
        counts: its pixels and those of the true mask.
        score: of the network, 0..1.
        at_thresholds: what `count_at_thresholds` counted.
    """

    comparison: Comparison
    counts: Counts
    score: float
    at_thresholds: np.ndarray


def judge(
    predictor: Any,
    comparisons: Sequence[Comparison],
    metric_size: int | None = None,
    cache: Any | None = None,
    progress: Callable[..., Iterable] | None = None,
) -> Iterator[Judgement]:
    """Judges the mask of each comparison, in order.

    What the cache knows is neither encoded nor decoded again, and what is new is in the
    cache before the next mask is begun, so that a run which is stopped loses nothing.

    Args:
        predictor: see `evaluate_folder`.
        comparisons: best ordered by the picture that is judged; see `FeatureStore`.
        metric_size: side of the square that masks are judged at; None for the
            pictures' own size.
        cache: a `JudgementCache` of this predictor and metric size, or None.
        progress: see `evaluate_folder`.
    """
    known = [cache and cache.get(comparison) for comparison in comparisons]
    features = feature_store(
        predictor, [c for c, found in zip(comparisons, known) if not found]
    )
    truth_of = lru_cache(1)(lambda record: _read_truth(record, metric_size))
    work = list(zip(comparisons, known))
    progress = progress or (lambda iterable, **_: iterable)
    for comparison, judgement in progress(work, desc="judging", unit="mask"):
        if judgement is None:
            soft_mask, score = decode(predictor, features, comparison, metric_size)
            truth = truth_of(comparison.record)
            counts = count_pixels(soft_mask >= predictor.threshold, truth)
            at_thresholds = count_at_thresholds(soft_mask, truth)
            judgement = Judgement(comparison, counts, score, at_thresholds)
            if cache is not None:
                cache.put(judgement)
        yield judgement


def feature_store(predictor: Any, comparisons: Sequence[Comparison]) -> FeatureStore:
    """The features of the comparisons, in about 0.5 GB at most."""
    size = max(predictor.working_size, 1)
    return FeatureStore(
        lambda record: predictor.encode(record.image),
        [(comparison.record, comparison.partners) for comparison in comparisons],
        # What an encoding takes grows with the working size's square.
        max(1, CAPACITY * WORKING_SIZE**2 // size**2),
    )


def decode(
    predictor: Any,
    features: FeatureStore,
    comparison: Comparison,
    metric_size: int | None = None,
) -> tuple[np.ndarray, float]:
    """The soft mask, at the metric size or the picture's own, and the score."""
    encoded, kernel = features.take(comparison.record, comparison.partners)
    if metric_size is not None:
        # The network's square becomes this one without a detour over the picture's own.
        encoded = replace(encoded, size=(metric_size, metric_size))
    correlation = "off" if comparison.kind == NO_CORRELATION else "on"
    soft_mask, score = predictor.decode(encoded, kernel, correlation=correlation)
    return np.asarray(soft_mask), float(score)


def _read_truth(record, metric_size):
    truth = read_true_mask(record)
    if metric_size is None:
        return truth
    return resize_mask(truth, (metric_size, metric_size))
