"""What the embedded model is held to, on real photographs and at its defaults."""

import functools
import os
from pathlib import Path

import pytest

from tfcoseg.evaluate import Protocol, averages, evaluate_folder
from tfcoseg.inference import Predictor
from tfcoseg.signature import WORKING_SIZE

MSRC_7 = ("aeroplane", "bird", "car", "cat", "cow", "dog", "sheep")

pytestmark = [pytest.mark.slow, pytest.mark.gates]


def folder(name):
    path = Path(os.environ.get("TFCOSEG_DATA", "")) / name
    if not path.is_dir():
        pytest.skip(f"TFCOSEG_DATA names no folder with {name}/")
    return path


def scores(predictor, name, **protocol):
    """J of the pairs, and the share of pixels predicted beside a wrong partner."""
    evaluation = evaluate_folder(predictor, folder(name), Protocol(**protocol))
    assert not evaluation.problems
    jaccard = 100 * averages(evaluation.by_group())["J"]["groups"]
    wrong = evaluation.by_group("wrong_partner")
    share = 100 * averages(wrong)["predicted"]["groups"] if wrong else None
    return jaccard, share


@functools.cache
def msrc(working_size=WORKING_SIZE):
    """Of the first ten pictures of seven groups, consecutive pairs."""
    protocol = {"groups": MSRC_7, "per_group": 10}
    protocol |= {"wrong_partner": True} if working_size == WORKING_SIZE else {}
    return scores(Predictor(working_size=working_size), "msrc_coseg", **protocol)


@functools.cache
def davis():
    """Of four pairs inside each video."""
    return scores(Predictor(), "davis2016", limit=4)[0]


# The weights are not trained to the end; the bounds are those for what will replace
# them. Strict, so that reaching them cannot go unnoticed.
_SO_FAR = "the weights so far reach J 85.1 on MSRC and 48.9 on DAVIS-2016"
not_reached_yet = pytest.mark.xfail(reason=_SO_FAR, strict=True)


def test_the_weights_are_no_worse_than_they_were():
    jaccard, share = msrc()
    assert jaccard >= 84.5 and share <= 3.7
    assert davis() >= 47


@not_reached_yet
def test_msrc():
    """At every size about the same."""
    jaccard, share = msrc()
    assert jaccard >= 86
    assert share <= 4
    by_size = [jaccard, *(msrc(size)[0] for size in (257, 385, 513))]
    assert max(by_size) - min(by_size) <= 4


def test_portraits_beside_animals_and_aeroplanes():
    """People among the wrong partners: they are in nobody's seven groups."""
    predictor, protocol = Predictor(), {"per_group": 5, "wrong_partner": True}
    shares = [
        scores(predictor, "msrc_coseg", groups=[group, "face"], **protocol)[1]
        for group in ("aeroplane", "bird", "cat", "cow", "sheep")
    ]
    assert sum(shares) / len(shares) <= 4


@not_reached_yet
def test_davis():
    """Kinds of object that it was not trained on."""
    assert davis() >= 60
