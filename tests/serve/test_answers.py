"""Arrays to JSON: exact, short, and within memory."""

import json
import tracemalloc

import numpy as np
import pytest

from tfcoseg.serve.answers import to_body, to_json


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_numbers_are_exact_and_short(dtype):
    random = np.random.default_rng(0)
    # More than are converted at a time, and of any order of magnitude.
    numbers = random.normal(size=(3, 30_000)) * 10.0 ** random.integers(-4, 4, 30_000)
    numbers = numbers.astype(dtype)
    back = json.loads(to_body(to_json("x", numbers)))
    np.testing.assert_array_equal(np.array(back).astype(dtype), numbers)
    texts = [[repr(float(str(number))) for number in row[:100]] for row in numbers]
    assert [[repr(number) for number in row[:100]] for row in back] == texts


@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), (1, 1, 1)])
def test_shapes_without_many_numbers(shape):
    assert to_json("x", np.zeros(shape, np.float32)) == np.zeros(shape).tolist()


def test_the_memory_for_texts_does_not_grow_with_the_array():
    scores = np.random.default_rng(0).random(300_000, np.float32)
    tracemalloc.start()
    try:
        to_json("scores", scores)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # Doubles and a list of numbers take 12 MB, their texts all at once 38 MB.
    assert peak < 25e6
