"""Timing things side by side, and what came of it."""

import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# A round calls quick functions so often that it takes at least this long, in seconds.
_LEAST_ROUND = 0.1


@dataclass(frozen=True)
class Timing:
    """Seconds per call: the median over the rounds, the least, and how many rounds."""

    median: float
    minimum: float
    rounds: int

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Timing":
        """From the seconds per call of each round."""
        return cls(statistics.median(seconds), min(seconds), len(seconds))


@dataclass(frozen=True)
class Comparison:
    """A ratio, and the target it was meant to reach.

    Attributes:
        name: what was compared with what.
        ratio: of the medians; None if it was not measured.
        target: what the ratio should be, or None.
        at_least: whether the ratio should be at least the target, or else at most.
        timings: what was timed, by name.
        note: whatever else there is to say, such as why it was not measured.
    """

    name: str
    ratio: float | None
    target: float | None = None
    at_least: bool = True
    timings: dict[str, Timing] = field(default_factory=dict)
    note: str = ""

    @property
    def verdict(self) -> str:
        """PASS, MISS, "not measured", or nothing where there is no target."""
        if self.ratio is None:
            return "not measured"
        if self.target is None:
            return ""
        over, under = self.ratio >= self.target, self.ratio <= self.target
        return "PASS" if (over if self.at_least else under) else "MISS"


def interleave(
    functions: Mapping[str, Callable[[], Any]],
    repeats: int,
    give_up: float = math.inf,
) -> dict[str, Timing]:
    """Times functions in turn, so that whatever slows the machine slows them all.

    Each is called twice beforehand, to be traced and to see how long it takes.

    Args:
        functions: what to time, by name.
        repeats: rounds; every second one goes through the functions backwards.
        give_up: a function that takes so many times as long as the fastest is not
            called again; its second call is its only round.
    """
    first = {name: _seconds(function, 1) for name, function in functions.items()}
    first = {name: _seconds(functions[name], 1) for name in first}
    fastest = min(first.values())
    seconds: dict[str, list[float]] = {
        name: [once] if once > give_up * fastest else [] for name, once in first.items()
    }
    competing = [name for name in functions if not seconds[name]]
    calls = {name: max(1, int(_LEAST_ROUND / first[name])) for name in competing}
    for number in range(repeats):
        for name in competing[:: -1 if number % 2 else 1]:
            seconds[name].append(_seconds(functions[name], calls[name]))
    return {name: Timing.of(rounds) for name, rounds in seconds.items()}


def format_comparisons(comparisons: Sequence[Comparison]) -> str:
    """A table: what, ratio, target, verdict, and the times in milliseconds."""
    from tfcoseg.evaluate.table import align

    rows = [["", "ratio", "target", "", "milliseconds (median / least of rounds)"]]
    for comparison in comparisons:
        ratio = "-" if comparison.ratio is None else f"{comparison.ratio:.2f}"
        sign = ">=" if comparison.at_least else "<="
        target = "-" if comparison.target is None else f"{sign} {comparison.target:g}"
        times = ", ".join(
            f"{name} {1000 * timing.median:.1f} / {1000 * timing.minimum:.1f}"
            for name, timing in comparison.timings.items()
        )
        notes = "; ".join(filter(None, [times, comparison.note]))
        rows.append([comparison.name, ratio, target, comparison.verdict, notes])
    table = [row[:-1] for row in rows]
    lines = align(table).splitlines()
    width = max(map(len, lines))
    return "\n".join(
        f"{line.ljust(width)}  {row[-1]}".rstrip() for line, row in zip(lines, rows)
    )


def _seconds(function, calls):
    """Seconds per call, to the end of all that was begun on any device."""
    import tensorflow as tf

    start = time.perf_counter()
    for _ in range(calls):
        function()
    tf.test.experimental.sync_devices()
    return (time.perf_counter() - start) / calls
