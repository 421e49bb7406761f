"""Tiny shapes: that everything runs and compares like with like, not how fast it is."""

import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tfcoseg.benchmark import (
    compare_client_with_tensorflow,
    compare_implementations,
    compare_pipeline_with_step,
    compare_start_of_engines,
    compare_with_encoder,
    compare_with_literal,
    compare_with_pairs,
    compare_with_saved_model,
    describe_machine,
    interleave,
)
from tfcoseg.benchmark.correlation import (
    literal_correlation,
    summed_correlation,
    with_gradients,
)
from tfcoseg.benchmark.machine import cores


def test_the_two_correlations_and_their_gradients_agree():
    tf.random.set_seed(0)
    features, partner, upstream = (tf.random.normal((2, 9, 9, 3)) for _ in range(3))
    literal = with_gradients(literal_correlation)(features, partner, upstream)
    summed = with_gradients(summed_correlation)(features, partner, upstream)
    for one, other in zip(tf.nest.flatten(literal), tf.nest.flatten(summed)):
        assert one.shape == features.shape
        np.testing.assert_allclose(one, other, atol=1e-4 * np.abs(one).max())


def test_correlation_forward_and_backward():
    forward, backward = compare_with_literal(1, batch=2, size=5, channels=2)
    assert forward.target == 8 and backward.target == 12
    for comparison in (forward, backward):
        timings = comparison.timings
        ratio = timings["literal"].median / timings["auto"].median
        assert comparison.ratio == pytest.approx(ratio)


def test_implementations():
    found = list(compare_implementations(1, (1, 2), (5,), (2,), backward=True))
    assert [comparison.target for comparison in found] == [1.1, None] * 2
    for comparison in found:
        fastest = comparison.note.removeprefix("fastest: ")
        others = {n: t for n, t in comparison.timings.items() if n != "auto"}
        assert set(others) == {"vectorized_map", "fft", "depthwise"}
        assert others[fastest].median == min(t.median for t in others.values())
        assert comparison.ratio == pytest.approx(
            comparison.timings["auto"].median / others[fastest].median
        )


@pytest.mark.slow
def test_network_costs_more_than_its_encoder():
    pair, predict = compare_with_encoder(1, size=33, working_size=33)
    assert pair.target == 1.8 and not pair.at_least
    assert pair.ratio > 0 and predict.ratio > 0
    assert predict.target is None


def test_a_group_costs_less_than_its_pairs():
    all_pairs, large = compare_with_pairs(1, count=4, large=10, working_size=33)
    assert all_pairs.target == 0.1 and not all_pairs.at_least
    assert all_pairs.name.startswith("4 pictures by their 12 ordered pairs")
    times = all_pairs.timings
    assert all_pairs.ratio == times["group"].median / times["pairs"].median
    assert large.target == 1.3 and not large.at_least
    assert large.name == "each of 10 pictures by each of two"
    times = large.timings
    each = times["large group"].median / 10, times["pair"].median / 2
    assert large.ratio == pytest.approx(each[0] / each[1])


@pytest.mark.slow
def test_litert_and_the_saved_model(exported, litert_file, monkeypatch):
    found = {}
    monkeypatch.setattr(
        "tfcoseg.benchmark.litert.interleave",
        lambda functions, repeats: (
            found.update({name: run() for name, run in functions.items()})
            or interleave(functions, repeats)
        ),
    )
    # TensorFlow has begun already, with a thread for each core.
    exports = (exported / "1", litert_file("float32").path)
    (comparison,) = compare_with_saved_model(1, (65,), cores(), exports)
    assert comparison.target == 1.5 and comparison.at_least
    (other,) = compare_with_saved_model(1, (65,), cores() + 1, exports)
    assert other.target is None and other.verdict == ""
    times = comparison.timings
    assert comparison.ratio == times["saved_model"].median / times["litert"].median
    for name, array in found["saved_model"].items():
        np.testing.assert_allclose(found["litert"][name], array, atol=1e-4)


def test_pipeline(tmp_path):
    for group in ("cat", "dog"):
        for index in range(2):
            for kind, shape in (("images", (40, 50, 3)), ("masks", (40, 50))):
                array = np.zeros(shape, "uint8")
                array[10:20, 10:20] = 255
                path = tmp_path / kind / group / f"{index}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(array).save(path)
    options = {"size": 33, "batch_size": 1, "batches": 2, "model": one_convolution()}
    (found,) = compare_pipeline_with_step(1, tmp_path, **options)
    assert set(found.timings) == {"batch read", "step"}
    assert found.target == 5 and found.ratio > 0


def one_convolution():
    """A model of images in and masks out; the real one takes long to trace."""
    shared = keras.layers.Conv2D(1, 1, activation="sigmoid")
    inputs = {side: keras.Input((None, None, 3), name=f"image_{side}") for side in "ab"}
    return keras.Model(
        {f"image_{side}": inputs[side] for side in "ab"},
        {f"mask_{side}": shared(inputs[side]) for side in "ab"},
    )


def test_the_client_asks_before_tensorflow_is_imported(monkeypatch):
    ran = []
    real = subprocess.run

    def run(command, **options):
        if "client" not in command:  # TensorFlow takes seconds
            command = [sys.executable, "-c", "pass"]
        ran.append(real(command, **options))
        return ran[-1]

    monkeypatch.setattr(subprocess, "run", run)
    (comparison,) = compare_client_with_tensorflow(1)
    assert not comparison.at_least
    times = comparison.timings
    ratio = times["client"].median / times["import tensorflow"].median
    assert comparison.ratio == ratio
    said = [done.stderr for done in ran if "client" in done.args]
    assert said and all("listens at 127.0.0.1:1" in each for each in said)

    monkeypatch.setattr(sys, "executable", "false")
    with pytest.raises(OSError, match="import tensorflow ended with 1"):
        list(compare_client_with_tensorflow(1))


def test_the_start_of_both_engines(monkeypatch):
    """In turns, and without the first round; CPU is that of the command's process."""
    ran = []

    def run(command, check, capture_output):
        ran.append(command[command.index("--engine") + 1])
        code = "sum(range(3_000_000))" if ran[-1] == "tensorflow" else "pass"
        return subprocess.CompletedProcess(command, real([sys.executable, "-c", code]))

    real = subprocess.check_call
    monkeypatch.setattr("tfcoseg.benchmark.start.subprocess.run", run)
    clock, processor = compare_start_of_engines(2)
    assert ran == ["litert", "tensorflow", "tensorflow", "litert"] + ran[4:]
    assert len(ran) == 6 and ran[4:] == ["litert", "tensorflow"]
    for found in (clock, processor):
        assert found.target == 1 / 8 and not found.at_least
        assert found.timings["litert"].rounds == 2
        times = found.timings
        assert found.ratio == times["litert"].median / times["tensorflow"].median
    assert processor.timings["tensorflow"].median > processor.timings["litert"].median


def test_machine():
    machine = describe_machine()
    assert machine["tensorflow"] == tf.__version__
    assert machine["cores"] >= 1
