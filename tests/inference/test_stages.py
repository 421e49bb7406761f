"""The engine of exported models, over stages that a Keras model stands in for."""

import numpy as np
import pytest
import tensorflow as tf

from tfcoseg.export import signatures_of
from tfcoseg.inference import Encoded
from tfcoseg.inference.group import find_in_group
from tfcoseg.inference.keras_runtime import KerasRuntime
from tfcoseg.inference.partners import partner_of
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


@pytest.mark.parametrize("rounds", [1, 2])
def test_the_stages_are_those_of_the_model(rounds, runtimes):
    """All of them: the second round refers to masks, and the scores are compared."""
    answers = []
    for runtime in runtimes:
        encoded = [
            Encoded(runtime.encode(picture(seed)), (48, 48)) for seed in range(3)
        ]
        answers.append(find_in_group(runtime, encoded, (48, 48), rounds=rounds))
    for one, other in zip(*answers, strict=True):
        assert one.soft_mask.shape == (48, 48) and np.ptp(other.soft_mask) > 0.01
        np.testing.assert_allclose(one.soft_mask, other.soft_mask, atol=1e-5)
        assert one.score == pytest.approx(other.score, abs=1e-5)
        assert one.min_score == other.min_score


def test_a_known_mask_reaches_the_stages(runtimes):
    mask = np.zeros((70, 90), np.float32)
    mask[:20, 10:40] = 1
    answers = [
        runtime.refer(runtime.encode(picture(0)), mask[None, ..., None])
        for runtime in runtimes
    ]
    for name in ("kernel", "partner_weights"):
        one, other = (np.asarray(answer[name]) for answer in answers)
        # Random weights amplify how exported graphs round.
        np.testing.assert_allclose(one, other, atol=1e-3)
        assert np.ptp(one) > 0.1


def test_without_a_kernel_the_correlation_is_off(runtimes):
    off = []
    for runtime in runtimes:
        encoded, other = (runtime.encode(picture(seed)) for seed in (0, 1))
        partner = {**partner_of(runtime, other), "kernel": None}
        off.append(np.asarray(runtime.correlate(encoded, partner)["correlation"]))
    np.testing.assert_allclose(*off, atol=1e-4)
    assert np.ptp(off[0]) > 0.01


def test_an_object_that_is_not_finite_is_no_answer(runtimes):
    """Masks that are not a number would pass for a picture without the object."""
    nothing = {"mask": np.full((1, 4, 4, 1), np.nan), "object": np.full((1, 3), np.nan)}
    runtime = StagesRuntime({**runtimes[0].stages, "decode": lambda arrays: nothing})
    with pytest.raises(ValueError, match="finite numbers.*tfcoseg export"):
        runtime.decode({}, {}, (4, 4))


def test_levels_are_only_in_keras_models(runtimes):
    with pytest.raises(ValueError, match="Use the Keras model"):
        runtimes[0].levels({}, {})
