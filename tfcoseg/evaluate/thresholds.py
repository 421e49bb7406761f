"""J at every threshold, from counts taken while the soft masks are at hand."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tfcoseg.signature import VOID

# From 0.05 to 0.95: at 0 all is object, and above 0.95 little is left of any.
THRESHOLDS = tuple(step / 20 for step in range(1, 20))


def count_at_thresholds(soft_mask: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Counts, at each of `THRESHOLDS`, what is predicted and what of that is right.

    Args:
        soft_mask: (height, width), float32 probabilities.
        truth: (height, width), 0 background, 1 object, 255 void (counts nowhere).

    Returns:
        uint32 (2, 19): pixels predicted as object, and of these pixels of the object.
    """
    of_all, of_object = soft_mask[truth != VOID], soft_mask[truth == 1]
    counts = [
        [np.count_nonzero(values >= threshold) for threshold in THRESHOLDS]
        for values in (of_all, of_object)
    ]
    return np.array(counts, np.uint32)


def threshold_curve(judgements: Sequence[Any]) -> dict[str, list[float | None]]:
    """J in percent at each threshold, by the three averages of `averages`.

    Where nothing is found in common, masks are empty at every threshold, as they are
    for people who use the model.

    Args:
        judgements: objects with `comparison`, `counts` and `at_thresholds`, such as
            `Judgement`s.

    Returns:
        `{"threshold": the 19 thresholds, "images": J at each, "groups": ..., "pooled":
        ...}`; None where no mask defines J.

    Example:

    >>> curve = threshold_curve([])
    >>> list(curve), curve["threshold"][:2]
    (['threshold', 'images', 'groups', 'pooled'], [0.05, 0.1])
    """
    if not judgements:
        nothing = [None] * len(THRESHOLDS)
        return {"threshold": list(THRESHOLDS)} | dict.fromkeys(_AVERAGES, nothing)
    predicted, right = (
        np.array([j.at_thresholds[row] for j in judgements], np.int64) for row in (0, 1)
    )
    truth = np.array([[j.counts.truth] for j in judgements])
    union = truth + predicted - right
    names = np.array([j.comparison.record.group for j in judgements])
    jaccard = _divide(right, union)
    of_groups = [_mean(jaccard[names == name]) for name in np.unique(names)]
    three = (
        _mean(jaccard),
        _mean(np.array(of_groups)),
        _divide(right.sum(0), union.sum(0)),
    )
    return {"threshold": list(THRESHOLDS)} | {
        name: [None if np.isnan(j) else round(100 * float(j), 4) for j in values]
        for name, values in zip(_AVERAGES, three)
    }


_AVERAGES = "images", "groups", "pooled"


def _divide(part, whole):
    """NaN where the whole is 0, for which J is not defined."""
    return np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0)


def _mean(rows):
    """The mean of each column over the rows that define it, or NaN."""
    defined = ~np.isnan(rows)
    return _divide(np.where(defined, rows, 0.0).sum(0), defined.sum(0))
