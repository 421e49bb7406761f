"""What tests of several rooms need."""

import shutil
from pathlib import Path

import numpy as np
import pytest

NOT_SOURCE = (".git", "build", "dist", "*.egg-info", "__pycache__", "masks", "runs")


@pytest.fixture(scope="session")
def source_copy(tmp_path_factory):
    """A copy of the sources, in which a build may leave what it likes."""
    copy = tmp_path_factory.mktemp("source") / "tfcoseg"
    ignore = shutil.ignore_patterns(*NOT_SOURCE)
    return Path(shutil.copytree(Path(__file__).parent.parent, copy, ignore=ignore))


@pytest.fixture(scope="session")
def model():
    """Random weights that keep the signal's strength from layer to layer.

    With Keras' own initial weights MobileNetV2's features are about 1e-12, since batch
    normalisation in inference mode does not normalise yet: no partner would matter.
    """
    from tfcoseg.applications import CoSegMobileNetV2

    return _give_strength(CoSegMobileNetV2(weights=None))


@pytest.fixture(scope="session")
def give_strength():
    """The function that does so to any model."""
    return _give_strength


def _give_strength(model):
    """Draws a model's kernels anew, so that no signal dies on its way through."""
    generator = np.random.default_rng(0)
    for weight in model.weights:
        if weight.name == "kernel":
            shape = weight.shape
            inputs = np.prod(shape[:2] if "depthwise" in weight.path else shape[:3])
            weight.assign(generator.normal(size=shape) * np.sqrt(2.0 / inputs))
    return model
