"""How soon `tfcoseg segment` has answered, from the shell to masks on the disk."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

from tfcoseg.benchmark.timing import Comparison, Timing
from tfcoseg.inference.engines import ENGINES
from tfcoseg.samples import pair

# TensorFlow takes many seconds to start; more rounds would tell little.
_MOST_ROUNDS = 3


def compare_start_of_engines(repeats: int) -> Iterator[Comparison]:
    """The command on the sample pictures, LiteRT by TensorFlow: by the clock, and CPU.

    Each in a process of its own, in turns; a first round, which fills the system's
    cache of files, is not counted.

    Args:
        repeats: rounds of timing, of which three are done at most.
    """
    engines = [name for name in ENGINES if name != "auto"]
    clocks = {name: [] for name in engines}
    processors = {name: [] for name in engines}
    for number in range(1 + min(repeats, _MOST_ROUNDS)):
        for name in engines[:: -1 if number % 2 else 1]:
            clock, processor = _run(name)
            if number:
                clocks[name].append(clock)
                processors[name].append(processor)
    for kind, seconds in (("by the clock", clocks), ("of CPU", processors)):
        timings = {name: Timing.of(of_one) for name, of_one in seconds.items()}
        ratio = timings["litert"].median / timings["tensorflow"].median
        name = f"segment A B, seconds {kind}, LiteRT by TensorFlow"
        yield Comparison(name, ratio, 1 / 8, False, timings)


def _run(engine):
    """Seconds by the clock and of CPU until the masks are there."""
    names = [str(path) for path in pair()]
    with tempfile.TemporaryDirectory() as folder:
        options = ["--engine", engine, "--output", folder, "--quiet"]
        command = [sys.executable, "-m", "tfcoseg", "segment", *names, *options]
        before, start = os.times(), time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        clock, after = time.perf_counter() - start, os.times()
    children = [each.children_user + each.children_system for each in (before, after)]
    return clock, children[1] - children[0]
