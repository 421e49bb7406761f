"""The best and the worst masks of an evaluation, of distinct pictures."""

from dataclasses import dataclass

import numpy as np

from tfcoseg.evaluate.protocol import Comparison


@dataclass(frozen=True)
class Example:
    """A mask worth looking at: its comparison, its J in 0..1 and its pixels (bool)."""

    comparison: Comparison
    jaccard: float
    mask: np.ndarray


class Extremes:
    """Keeps the `count` best and the `count` worst masks of those it is offered.

    Of a picture that is judged many times only its best (worst) mask is kept, so that
    one odd picture does not fill the sheet.

    Attributes:
        best: examples by falling J.
        worst: examples by rising J.
    """

    def __init__(self, count: int):
        self.count = count
        self.best: list[Example] = []
        self.worst: list[Example] = []

    def offer(self, comparison: Comparison, jaccard: float | None, mask: np.ndarray):
        """Looks at one mask; one whose J is not defined is passed over."""
        if jaccard is None:
            return
        example = Example(comparison, jaccard, mask)
        self.best = self._insert(self.best, example, -1.0)
        self.worst = self._insert(self.worst, example, 1.0)

    def _insert(self, examples, new, sign):
        """With `new`, sorted by sign * J, one per picture, at most `count`."""
        candidates = sorted([*examples, new], key=lambda e: sign * e.jaccard)
        by_picture: dict = {}
        for example in candidates:
            by_picture.setdefault(example.comparison.record, example)
        return list(by_picture.values())[: self.count]
