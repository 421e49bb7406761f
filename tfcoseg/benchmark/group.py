"""What a group costs: by all of its pairs, and a picture of a large one by a pair's."""

import itertools
from collections.abc import Iterator

import numpy as np

from tfcoseg.applications import CoSegEfficientNetLite2
from tfcoseg.benchmark.timing import Comparison, interleave
from tfcoseg.inference import Predictor
from tfcoseg.pictures import read_image
from tfcoseg.samples import pair
from tfcoseg.signature import WORKING_SIZE

TARGET = 0.1
# Of a large group, a picture by one of a pair: with more partners it costs no more.
LARGE_TARGET = 1.3
# The pairs take a second for every ten; more rounds would tell little.
_MOST_ROUNDS = 3


def compare_with_pairs(
    repeats: int, count: int = 16, large: int = 64, working_size: int = WORKING_SIZE
) -> Iterator[Comparison]:
    """A group of pictures, by the pairs of each of them with each other; a large one.

    Both end with the pictures' masks at their own size: of the group one for each, of
    the pairs one for each picture beside each of its partners, which is what a method
    for pairs has to go through before it can take means. The weights are random, which
    is as fast.

    Args:
        repeats: rounds of timing, of which three are done at most.
        count: how many pictures the group has.
        large: how many pictures a large group has.
        working_size: of the predictor.
    """
    predictor = Predictor(CoSegEfficientNetLite2(weights=None), working_size)
    originals = [read_image(path) for path in pair()]
    every = [np.roll(originals[i % 2], 9 * i, axis=1) for i in range(max(count, large))]
    pictures, many = every[:count], every[:large]
    functions = {
        "group": lambda: predictor.predict_group(pictures),
        "pairs": lambda: [
            predictor.predict(*two) for two in itertools.combinations(pictures, 2)
        ],
    }
    timings = interleave(functions, min(repeats, _MOST_ROUNDS))
    ratio = timings["group"].median / timings["pairs"].median
    name = f"{count} pictures by their {count * (count - 1)} ordered pairs"
    yield Comparison(name, ratio, TARGET, False, timings)

    functions = {
        "large group": lambda: predictor.predict_group(many),
        "pair": lambda: predictor.predict(*many[:2]),
    }
    timings = interleave(functions, min(repeats, _MOST_ROUNDS))
    ratio = timings["large group"].median / large / (timings["pair"].median / 2)
    name = f"each of {large} pictures by each of two"
    yield Comparison(name, ratio, LARGE_TARGET, False, timings)
