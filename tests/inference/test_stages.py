"""The engine of exported models, over stages that a Keras model stands in for."""

import numpy as np
import pytest
import tensorflow as tf

from tfcoseg.export import signatures_of
from tfcoseg.inference.group import means_of_others
from tfcoseg.inference.keras_runtime import KerasRuntime
from tfcoseg.inference.stages import StagesRuntime


@pytest.fixture(scope="module")
def runtimes(model):
    """Both engines of one model: through the exported signatures, and as it is."""

    def run(function, arrays):
        tensors = {name: tf.constant(array) for name, array in arrays.items()}
        return {name: tensor.numpy() for name, tensor in function(tensors).items()}

    stages = {
        name: lambda arrays, f=signature.function: run(f, arrays)
        for name, signature in signatures_of(model).items()
    }
    return StagesRuntime(stages), KerasRuntime(model)


def picture(seed):
    return np.random.default_rng(seed).integers(0, 256, (48, 48, 3), np.uint8)


def test_the_stages_are_those_of_the_model(runtimes):
    answers = []
    for runtime in runtimes:
        encoded = [runtime.encode(picture(seed)) for seed in range(3)]
        kernels = list(means_of_others([e["kernel"] for e in encoded]))
        correlated = runtime.correlate(encoded[0], kernels[0])
        answers.append(runtime.decode(correlated, encoded[0], (48, 48)))
    (mask, score), (expected, expected_score) = answers
    assert mask.shape == (48, 48) and np.ptp(expected) > 0.01
    np.testing.assert_allclose(mask, expected, atol=1e-5)
    assert score == pytest.approx(expected_score, abs=1e-5)


def test_without_a_kernel_the_correlation_is_off(runtimes):
    off = [
        np.asarray(runtime.correlate(runtime.encode(picture(0)), None))
        for runtime in runtimes
    ]
    np.testing.assert_allclose(*off, atol=1e-4)
    assert np.ptp(off[0]) > 0.01


def test_levels_are_only_in_keras_models(runtimes):
    with pytest.raises(ValueError, match="Use the Keras model"):
        runtimes[0].levels({}, {})
