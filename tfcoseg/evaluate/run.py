"""The evaluator: every comparison of a protocol, decoded and counted."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from tfcoseg.evaluate.extremes import Extremes
from tfcoseg.evaluate.features import FeatureStore
from tfcoseg.evaluate.protocol import (
    NO_CORRELATION,
    PAIR,
    Comparison,
    Protocol,
    plan,
    read_records,
)
from tfcoseg.evaluate.scores import Counts, count_pixels
from tfcoseg.pictures import read_mask


@dataclass(frozen=True)
class Judgement:
    """One mask that was judged: what it was compared with, its pixels, its score."""

    comparison: Comparison
    counts: Counts
    score: float


@dataclass(frozen=True)
class Evaluation:
    """Everything that an evaluation found.

    Attributes:
        protocol: how it was done.
        working_size: the size at which the network saw the pictures.
        threshold: the probability from which on a pixel is object.
        judgements: one per mask, in the order of the folder.
        problems: a line per picture that was left out.
        extremes: the best and the worst masks, with their pixels.
    """

    protocol: Protocol
    working_size: int
    threshold: float
    judgements: list[Judgement]
    problems: list[str]
    extremes: Extremes

    def by_group(self, kind: str = PAIR) -> dict[str, list[Counts]]:
        """The counts of one kind of comparison, by group."""
        groups: dict[str, list[Counts]] = {}
        for judgement in self.judgements:
            if judgement.comparison.kind == kind:
                group = judgement.comparison.record.group
                groups.setdefault(group, []).append(judgement.counts)
        return groups


def evaluate_folder(
    predictor: Any,
    root: str | Path,
    protocol: Protocol = Protocol(),
    progress: Callable[..., Iterable] | None = None,
    extremes: int = 6,
) -> Evaluation:
    """Judges a model on a folder of pictures with masks, at the pictures' own size.

    Args:
        predictor: a `Predictor`, or any object with `encode(path)`, `decode(encoded,
            kernel, correlation=)`, `threshold` and `working_size`.
        root: folder that holds `images/<group>/*` and `masks/<group>/*.png`.
        protocol: what is compared with what.
        progress: wraps the work to show how far it is, called like `tqdm.tqdm` with an
            iterable and the keyword arguments `desc` and `unit`.
        extremes: how many of the best and of the worst masks are kept.

    Returns:
        An `Evaluation`. Pictures that can not be read are left out and named there.

    Raises:
        ValueError: if no group has two readable pictures, or a control no partner.

    Example:

    >>> evaluation = evaluate_folder(Predictor(), "msrc_coseg")
    >>> averages(evaluation.by_group())["J"]["groups"]
    """
    progress = progress or (lambda iterable, **_: iterable)
    records, problems = read_records(root, protocol, progress)
    if not records:
        raise ValueError(
            "Expected a folder with at least one group of two readable pictures. "
            f"Received: {root}: " + "; ".join(problems[:5])
        )
    comparisons = plan(records, protocol)
    features = FeatureStore(
        lambda record: predictor.encode(record.image),
        [(comparison.record, comparison.partner) for comparison in comparisons],
    )
    kept = Extremes(extremes)
    truth_of = lru_cache(1)(lambda record: read_mask(record.mask, record.void_value))
    judgements = []
    for comparison in progress(comparisons, desc="judging", unit="mask"):
        truth = truth_of(comparison.record)
        mask, score = _decode(predictor, features, comparison)
        counts = count_pixels(mask, truth)
        judgements.append(Judgement(comparison, counts, score))
        if comparison.kind == PAIR:
            kept.offer(comparison, counts.jaccard, mask)
    return Evaluation(
        protocol,
        predictor.working_size,
        predictor.threshold,
        judgements,
        problems,
        kept,
    )


def _decode(predictor, features, comparison):
    """The mask of bool at the picture's own size, and the score."""
    encoded, kernel = features.take(comparison.record, comparison.partner)
    correlation = "off" if comparison.kind == NO_CORRELATION else "on"
    soft_mask, score = predictor.decode(encoded, kernel, correlation=correlation)
    return np.asarray(soft_mask) >= predictor.threshold, float(score)
