"""How well scores tell pairs with an object in common from pairs without. NumPy only.

Right pairs share a kind of object, wrong pairs do not. Scores are probabilities, 0..1,
that a pair is right.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

# Of the right pairs, what may be lost where wrong pairs are to be rejected.
LOSS = 0.03
BINS = 10


def auc(right: Sequence[float], wrong: Sequence[float]) -> float:
    """The probability that a right pair has a higher score than a wrong pair.

    That is the area under the ROC curve; a tie counts as half.

    Example:

    >>> auc([0.9, 0.5], [0.5, 0.1])
    0.875
    """
    right, wrong = np.sort(np.asarray(right, float)), np.asarray(wrong, float)
    below = np.searchsorted(right, wrong, "left")
    equal = np.searchsorted(right, wrong, "right") - below
    above = len(right) - below - equal
    return float((above + equal / 2).sum() / (len(right) * len(wrong)))


def calibration_error(
    right: Sequence[float], wrong: Sequence[float], bins: int = BINS
) -> float:
    """Expected calibration error: how far scores are from the fraction of right pairs.

    Right and wrong pairs are weighted so that both weigh the same, however many there
    are of each: the scores are judged as probabilities at equal prior.

    Args:
        right, wrong: scores in 0..1.
        bins: int. Number of bins of equal width; a score on an edge belongs to the
            upper bin. Defaults to 10.

    Returns:
        The mean over the weight of the distance, in each bin, between the mean score
        and the fraction of right pairs; 0..1.

    Example:

    >>> round(calibration_error([0.75, 0.75], [0.25]), 3)
    0.25
    """
    scores = np.concatenate([right, wrong]).astype(float)
    is_right = np.arange(len(scores)) < len(right)
    weights = np.where(is_right, 0.5 / len(right), 0.5 / len(wrong))
    places = np.minimum((scores * bins).astype(int), bins - 1)
    gaps = np.bincount(places, weights * (scores - is_right), bins)
    return float(np.abs(gaps).sum())


def score_at_loss(right: Sequence[float], loss: float = LOSS) -> float:
    """The highest least score at which at most this fraction of right pairs is lost.

    Lost are the pairs whose score is below it.

    Example:

    >>> score_at_loss([0.1, 0.4, 0.8, 0.9], loss=0.25)
    0.4
    """
    ordered = np.sort(np.asarray(right, float))
    # Rounding must not lose a pair: 0.03 of 100 is a little less than 3.
    return float(ordered[int(loss * len(ordered) + 1e-9)])


def score_quality(
    right: Sequence[float], wrong: Sequence[float], min_score: float
) -> dict[str, Any]:
    """All of that, fit for JSON.

    Returns:
        `right`, `wrong` (numbers of pairs), `auc` (0..1), `calibration_error` (in
        percent); `at_loss` and `at_min_score`, what a least score does: `min_score`
        (0..1), `right_lost` and `wrong_rejected` (percent of the pairs).
    """
    return {
        "right": len(right),
        "wrong": len(wrong),
        "auc": round(auc(right, wrong), 4),
        "calibration_error": _percent(calibration_error(right, wrong)),
        "at_loss": _at(right, wrong, score_at_loss(right)),
        "at_min_score": _at(right, wrong, min_score),
    }


def _at(right, wrong, min_score):
    return {
        "min_score": round(float(min_score), 4),
        "right_lost": _percent(np.mean(np.asarray(right) < min_score)),
        "wrong_rejected": _percent(np.mean(np.asarray(wrong) < min_score)),
    }


def _percent(fraction):
    return round(100 * float(fraction), 4)
