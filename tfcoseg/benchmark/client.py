"""How soon `tfcoseg client` asks, beside what it does without."""

import functools
import subprocess
import sys
from collections.abc import Iterator

from tfcoseg.benchmark.timing import Comparison, interleave
from tfcoseg.samples import pair

# Answers nobody; the command has read the pictures and made its request by then.
_NO_SERVER = "http://127.0.0.1:1"
# Importing TensorFlow takes seconds; more rounds would tell little.
_MOST_ROUNDS = 3


def compare_client_with_tensorflow(repeats: int) -> Iterator[Comparison]:
    """The whole command up to its first request, by importing TensorFlow alone.

    Both in processes of their own. A command line that loaded TensorFlow, as clients
    for TensorFlow Serving often do, would come to a ratio above 1.

    Args:
        repeats: rounds of timing, of which three are done at most.
    """
    names = [str(path) for path in pair()]
    options = ["--url", _NO_SERVER, "--retries", "0", "--output", "unused"]
    commands = {
        "client": (["-m", "tfcoseg", "client", *names, *options], 1),
        "import tensorflow": (["-c", "import tensorflow"], 0),
    }
    functions = {
        name: functools.partial(_run, arguments, code)
        for name, (arguments, code) in commands.items()
    }
    timings = interleave(functions, min(repeats, _MOST_ROUNDS))
    ratio = timings["client"].median / timings["import tensorflow"].median
    name = "the client until it asks, by importing TensorFlow"
    yield Comparison(name, ratio, 0.2, False, timings)


def _run(arguments, code):
    command = [sys.executable, *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != code:
        raise OSError(
            f"{' '.join(command)} ended with {done.returncode}: {done.stderr}"
        )
