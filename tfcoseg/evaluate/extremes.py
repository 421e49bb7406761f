"""The best, the middling and the worst masks of an evaluation, of distinct pictures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tfcoseg.evaluate.finds import find_all, in_sets
from tfcoseg.evaluate.judge import Judgement
from tfcoseg.evaluate.protocol import PAIR, Comparison


@dataclass(frozen=True, eq=False)
class Example:
    """A mask worth looking at: its comparison, its J in 0..1 and its pixels.

    `mask` is of bool at the picture's own size, also where J was measured at another.
    """

    comparison: Comparison
    jaccard: float
    mask: np.ndarray


@dataclass(frozen=True)
class Extremes:
    """Masks worth looking at; no picture is among them twice.

    Attributes:
        best: examples by falling J.
        median: those whose J is nearest to the median of all, by falling J.
        worst: examples by rising J.
    """

    best: list[Example] = field(default_factory=list)
    median: list[Example] = field(default_factory=list)
    worst: list[Example] = field(default_factory=list)


def find_extremes(
    judgements: Sequence[Judgement], count: int, predictor: Any
) -> Extremes:
    """Looks the extremes up, and searches for their masks again.

    So no mask has to be kept while thousands are judged, nor in the cache: what is
    shown is the same whether a run went through at once or was resumed.

    Args:
        judgements: all of an evaluation; those of its controls are passed over.
        count: how many of each kind. Of a picture that was judged many times only the
            best (worst) mask counts, so that one odd picture does not fill the sheet.
            Where pictures are few, half of them stand among the best and half among
            the worst.
        predictor: what judged them.
    """
    chosen = choose(judgements, count)
    comparisons = in_sets(j.comparison for kind in chosen for j in kind)
    masks = {}
    for comparison, find in zip(comparisons, find_all(predictor, comparisons)):
        masks[comparison] = find.finish(predictor.threshold)[0] != 0
    return Extremes(
        *(
            [Example(j.comparison, j.counts.jaccard, masks[j.comparison]) for j in kind]
            for kind in chosen
        )
    )


def choose(judgements: Sequence[Judgement], count: int) -> list[list[Judgement]]:
    """The best, the median and the worst, as `find_extremes` describes."""
    defined = [
        (judgement.counts.jaccard, judgement)
        for judgement in judgements
        if judgement.comparison.kind == PAIR and judgement.counts.jaccard is not None
    ]
    pictures = {judgement.comparison.record for _, judgement in defined}
    best = _first((j for _, j in sorted(defined, key=lambda d: -d[0])), count)
    best = best[: (len(pictures) + 1) // 2]
    rising = (j for _, j in sorted(defined, key=lambda d: d[0]))
    worst = _first(rising, count, but=best)
    middle = np.median([jaccard for jaccard, _ in defined]) if defined else 0.0
    near = (j for _, j in sorted(defined, key=lambda d: abs(d[0] - middle)))
    median = _first(near, count, but=[*best, *worst])
    return [best, sorted(median, key=lambda j: -j.counts.jaccard), worst]


def _first(
    judgements: Iterable[Judgement], count: int, but: Sequence[Judgement] = ()
) -> list[Judgement]:
    """The first `count` of distinct pictures, none of them a picture of `but`."""
    taken = {judgement.comparison.record for judgement in but}
    found: list[Judgement] = []
    for judgement in judgements:
        if len(found) >= count:
            break
        if judgement.comparison.record not in taken:
            taken.add(judgement.comparison.record)
            found.append(judgement)
    return found
