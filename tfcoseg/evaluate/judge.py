"""One mask after the other: found, counted, or taken from the cache."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from tfcoseg.data.record import read_true_mask
from tfcoseg.evaluate.boundary import boundary_f
from tfcoseg.evaluate.finds import find_all, in_sets
from tfcoseg.evaluate.protocol import Comparison, Protocol
from tfcoseg.evaluate.scores import Counts, count_pixels
from tfcoseg.evaluate.thresholds import count_at_thresholds
from tfcoseg.pictures import resize_mask

# True masks in memory; one takes 0.1 to 0.4 MB.
_TRUTHS = 200


@dataclass(frozen=True, eq=False, slots=True)
class Judgement:
    """One mask that was judged. Small, since an evaluation may hold 100,000 of them.

    Attributes:
        comparison: what was compared with what.
        counts: its pixels and those of the true mask.
        score: the probability that the picture shares a kind of object with its
            partners, 0..1.
        min_score: the score below which masks are empty.
        at_thresholds: what `count_at_thresholds` counted.
        boundary: F of the contours, 0..1; None where it was not asked for.
    """

    comparison: Comparison
    counts: Counts
    score: float
    min_score: float
    at_thresholds: np.ndarray
    boundary: float | None = None


def judge(
    predictor: Any,
    comparisons: Sequence[Comparison],
    protocol: Protocol = Protocol(),
    cache: Any | None = None,
    progress: Callable[..., Iterable] | None = None,
) -> Iterator[Judgement]:
    """Judges the mask of each comparison, set by set.

    What the cache knows is neither encoded nor decoded again. What is new is in the
    cache before the next mask is judged, so that an interrupted run loses nothing.

    Args:
        predictor: see `evaluate_folder`.
        comparisons: best ordered by the picture that is judged; see `FeatureStore`.
        protocol: says how masks are judged; the comparisons are not taken from it.
        cache: a `JudgementCache` of this predictor and protocol, or None.
        progress: see `evaluate_folder`.

    Returns:
        The judgements in the order of `in_sets`.
    """
    comparisons = in_sets(comparisons)
    known = [cache and cache.get(comparison) for comparison in comparisons]
    missing = [c for c, judgement in zip(comparisons, known) if not judgement]
    finds = find_all(predictor, missing)
    square = protocol.metric_size and (protocol.metric_size, protocol.metric_size)
    truth_of = lru_cache(_TRUTHS)(lambda record: _read_truth(record, square))
    work = list(zip(comparisons, known))
    progress = progress or (lambda iterable, **_: iterable)
    for comparison, judgement in progress(work, desc="judging", unit="mask"):
        if judgement is None:
            truth = truth_of(comparison.record)
            find = next(finds)
            # The network's square becomes that of the metric without a detour over the
            # picture's own size.
            finished = find.finish(predictor.threshold, square)
            judgement = _judge_one(comparison, find, finished, truth, protocol)
            if cache is not None:
                cache.put(judgement)
        yield judgement


def _judge_one(comparison, find, finished, truth, protocol):
    mask, soft_mask = finished
    if not find.found:  # as the mask: at no threshold anything is predicted
        soft_mask = np.zeros_like(soft_mask)
    return Judgement(
        comparison,
        count_pixels(mask, truth),
        float(find.score),
        float(find.min_score),
        count_at_thresholds(soft_mask, truth),
        boundary_f(mask, truth) if protocol.boundary else None,
    )


def _read_truth(record, square):
    truth = read_true_mask(record)
    return truth if square is None else resize_mask(truth, square)
