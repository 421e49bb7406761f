"""Good and bad requests at the same time, to a real export that batches them."""

import base64
import io
import itertools
import math
import threading

import numpy as np
import pytest
from PIL import Image

from tfcoseg.serve import DevelopmentServer, Limits

# What good requests ask: pairs of several sizes.
SIZES = [((50, 70), (90, 40)), ((120, 80), (64, 64)), ((33, 200), (70, 50))]


@pytest.fixture(scope="module")
def server(exported):
    """One that leaves it to the graph to refuse what is too large."""
    limits = Limits(runs=8, picture_pixels=math.inf)
    with DevelopmentServer(exported, limits=limits) as server:
        yield server


@pytest.fixture
def bad(encoded, png_of_zeros):
    """Inputs by what is wrong with them, and what is said of it."""
    good, jpeg = encoded(40, 60), encoded(300, 200, kind="JPEG")
    half = base64.b64decode(jpeg["b64"])[:9000]
    broken = {
        "bomb": (png_of_zeros(20_000), "at most 50000000 pixels"),
        "truncated": (half, "The model refused"),
        "text": (b"nothing", "Expected an encoded JPEG, PNG or BMP"),
        "empty": (b"", "Expected an encoded JPEG, PNG or BMP"),
    }
    cases = {
        name: ({"image_a": [good], "image_b": [b64(content)]}, said)
        for name, (content, said) in broken.items()
    }
    cases["base 64"] = ({"image_a": [good], "image_b": [{"b64": "&"}]}, "base 64")
    cases["unequal"] = ({"image_a": [good], "image_b": [good] * 2}, "1 and 2")
    cases["missing"] = ({"image_a": [good]}, "`image_b` is missing")
    return cases


def b64(content):
    return {"b64": base64.b64encode(content).decode()}


def masks_of(outputs):
    """Masks and scores of an answer, as arrays."""
    for name in ("mask_a_bytes", "mask_b_bytes"):
        content = base64.b64decode(outputs[name][0]["b64"])
        with Image.open(io.BytesIO(content)) as image:
            yield np.asarray(image, np.int16)
    yield 255 * np.array([*outputs["score_a"], *outputs["score_b"]])


def test_bad_requests_do_not_hurt_the_good_ones(client, encoded, bad):
    ended, answers, starts = threading.Event(), [], [threading.Event() for _ in SIZES]
    good = [
        {"image_a": [encoded(*a)], "image_b": [encoded(*b, seed=1)]} for a, b in SIZES
    ]

    def ask(inputs):
        return client.predict(signature_name="serve_bytes", inputs=inputs)

    def go_on(number):
        while not ended.is_set():
            starts[number].set()
            answers.append((number, ask(good[number])))

    expected = [list(masks_of(ask(inputs)[1]["outputs"])) for inputs in good]
    threads = [threading.Thread(target=go_on, args=[n]) for n in range(len(SIZES))]
    for thread in threads:
        thread.start()
    try:
        for start in starts:
            assert start.wait(10)
        # The good ones are under way from here on, one after the other of each.
        refusals = {}
        for round, name in itertools.product(range(3), bad):
            refusals[name, round] = ask(bad[name][0])
    finally:
        ended.set()
        for thread in threads:
            thread.join(30)
    for (name, _), (status, content) in refusals.items():
        assert status == 400 and bad[name][1] in content["error"], (name, content)
    assert {number for number, _ in answers} == set(range(len(SIZES)))
    for number, (status, content) in answers:
        assert status == 200, content
        for array, wanted in zip(masks_of(content["outputs"]), expected[number]):
            # Sums in another order, rounded to a level of grey.
            np.testing.assert_allclose(array, wanted, atol=1.01)
