import pytest

from tfcoseg.benchmark.timing import (
    Comparison,
    Timing,
    format_comparisons,
    interleave,
)


class Clock:
    """Time that passes only where the functions under test say so."""

    def __init__(self):
        self.now = 0.0
        self.calls = []

    def perf_counter(self):
        return self.now

    def takes(self, name, seconds):
        """A function that takes so long, each time it is called."""

        def run():
            self.calls.append(name)
            self.now += seconds

        return run


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("tfcoseg.benchmark.timing.time", clock)
    return clock


def test_rounds_are_interleaved_and_every_second_one_is_backwards(clock):
    functions = {"a": clock.takes("a", 2.0), "b": clock.takes("b", 3.0)}
    timings = interleave(functions, repeats=3)
    assert clock.calls == [*"abab", *"ab", *"ba", *"ab"]
    assert timings == {"a": Timing(2.0, 2.0, 3), "b": Timing(3.0, 3.0, 3)}


def test_quick_functions_are_called_many_times_a_round(clock):
    timings = interleave({"quick": clock.takes("quick", 1 / 64)}, repeats=2)
    assert len(clock.calls) == 2 + 2 * 6
    assert timings["quick"] == Timing(1 / 64, 1 / 64, 2)


def test_a_hopeless_function_is_not_repeated(clock):
    functions = {name: clock.takes(name, s) for name, s in (("fast", 1), ("slow", 6))}
    timings = interleave(functions, repeats=4, give_up=5)
    assert clock.calls.count("slow") == 2
    assert timings == {"fast": Timing(1, 1, 4), "slow": Timing(6, 6, 1)}


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
    assert table[1].split() == "one 9.50 >= 8 PASS a 190.0 / 100.0".split()
    assert table[2].split() == "another 1.25 <= 1.1 MISS fastest: fft".split()
    assert table[3].split() == "pipeline - - not measured needs --data".split()
    assert len({line.index("needs") for line in table if "needs" in line}) == 1
