import time
from collections import Counter

import pytest

from tfcoseg.benchmark.timing import (
    Comparison,
    Timing,
    format_comparisons,
    interleave,
)


def test_rounds_are_interleaved_and_every_second_one_is_backwards():
    order = []

    def slow(name):
        order.append(name)
        time.sleep(0.03)

    timings = interleave({"a": lambda: slow("a"), "b": lambda: slow("b")}, repeats=3)
    assert order == [*"abab", *"ab", *"ba", *"ab"]
    assert timings["a"].rounds == 3
    assert 0.03 <= timings["a"].minimum <= timings["a"].median < 0.3


def test_quick_functions_are_called_many_times_a_round():
    calls = Counter()
    interleave({"quick": lambda: calls.update(["quick"])}, repeats=2)
    assert calls["quick"] > 20


def test_a_hopeless_function_is_not_repeated():
    calls = Counter()

    def run(name, seconds):
        calls[name] += 1
        time.sleep(seconds)

    functions = {
        "fast": lambda: run("fast", 0.02),
        "slow": lambda: run("slow", 0.2),
    }
    timings = interleave(functions, repeats=4, give_up=5)
    assert calls["slow"] == 2 and timings["slow"].rounds == 1
    assert timings["fast"].rounds == 4


def test_median_and_minimum():
    assert Timing.of([5.0, 1.0, 2.0]) == Timing(2.0, 1.0, 3)


@pytest.mark.parametrize(
    "ratio, target, at_least, verdict",
    [
        (8.0, 8.0, True, "PASS"),
        (7.9, 8.0, True, "MISS"),
        (1.1, 1.1, False, "PASS"),
        (1.2, 1.1, False, "MISS"),
        (3.0, None, True, ""),
        (None, 5.0, True, "not measured"),
    ],
)
def test_verdicts(ratio, target, at_least, verdict):
    assert Comparison("it", ratio, target, at_least).verdict == verdict


def test_table():
    rows = [
        Comparison("one", 9.5, 8.0, True, {"a": Timing(0.19, 0.1, 3)}),
        Comparison("another", 1.25, 1.1, False, note="fastest: fft"),
        Comparison("pipeline", None, note="needs --data"),
    ]
    table = format_comparisons(rows).splitlines()
    assert table[1].split() == "one 9.50 >= 8 PASS a 190.0".split()
    assert table[2].split() == "another 1.25 <= 1.1 MISS fastest: fft".split()
    assert table[3].split() == "pipeline - - not measured needs --data".split()
    assert len({line.index("needs") for line in table if "needs" in line}) == 1
