"""Predictors in other processes and threads."""

import copy
import multiprocessing
import os
import pickle
import warnings
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest

from tfcoseg.applications import CoSegMobileNetV2, save_weights
from tfcoseg.inference import Predictor

PAIR = np.random.default_rng(0).integers(0, 256, (2, 40, 52, 3), np.uint8)


@pytest.fixture(scope="module")
def weights(give_strength, tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "random.weights.h5"
    save_weights(give_strength(CoSegMobileNetV2(weights=None)), path)
    return path


@pytest.fixture(scope="module")
def predictor(weights):
    return Predictor(weights, working_size=33, threshold=0.4, min_score=0.0)


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy])
def test_a_copy_finds_the_same(again, predictor):
    other = again(predictor)
    assert other.runtime is not predictor.runtime
    settings = ("working_size", "threshold", "min_score")
    assert [getattr(other, name) for name in settings] == [33, 0.4, 0.0]
    expected, found = predictor.predict(*PAIR), other.predict(*PAIR)
    np.testing.assert_array_equal(found.soft_mask_a, expected.soft_mask_a)


def test_what_is_pickled_is_small_and_heeds_what_was_set(predictor):
    changed = copy.copy(predictor)
    changed.threshold = 0.7
    content = pickle.dumps(changed)
    assert len(content) < 1000
    assert pickle.loads(content).threshold == 0.7


def test_a_spawned_process_finds_the_same(predictor):
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context) as pool:
        found = pool.submit(predictor.predict, *PAIR).result(timeout=120)
    expected = predictor.predict(*PAIR)
    np.testing.assert_allclose(found.soft_mask_a, expected.soft_mask_a, atol=1e-6)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_forked_process_says_at_once_what_is_wrong(predictor):
    predictor.predict(*PAIR)
    with warnings.catch_warnings():  # Python 3.12 warns of a fork beside threads
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if not child:
        code = 1
        try:
            predictor.predict(*PAIR)
        except RuntimeError as error:
            code = 0 if "get_context('spawn')" in str(error) else 2
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert predictor.predict(*PAIR)  # the parent goes on


def test_first_calls_from_several_threads_trace_once(weights):
    predictor = Predictor(weights, working_size=33, min_score=0.0)
    with ThreadPoolExecutor(6) as threads:
        results = list(threads.map(lambda _: predictor.predict(*PAIR), range(6)))
    for result in results[1:]:
        np.testing.assert_array_equal(result.soft_mask_a, results[0].soft_mask_a)
    traced = predictor.runtime._encode.experimental_get_tracing_count()
    assert traced == 1
