import numpy as np
import pytest

from tfcoseg.applications import CoSegMobileNetV2
from tfcoseg.embedded import embedded_weights_path
from tfcoseg.train.average import average_weights


def test_the_mean_of_each_weight(model, tmp_path):
    start = model.get_weights()
    files = []
    for number, change in enumerate((-0.5, 0.25, 1.0)):
        other = CoSegMobileNetV2(weights=None)
        other.set_weights([weight + change for weight in start])
        files.append(tmp_path / f"{number}.weights.h5")
        other.save_weights(files[-1])
    mean = average_weights(files, tmp_path / "mean.weights.h5")
    found = CoSegMobileNetV2(weights=mean).get_weights()
    for weight, before in zip(found, start):
        np.testing.assert_allclose(weight, before + 0.25, rtol=1e-5, atol=1e-5)
    assert not list(tmp_path.glob(".new*"))


def test_one_file_is_too_few(tmp_path):
    with pytest.raises(ValueError, match="two files of weights or more. Received: 1"):
        average_weights(["a.weights.h5"], tmp_path / "mean.weights.h5")


def test_other_architectures_are_refused(model, tmp_path):
    file = tmp_path / "a.weights.h5"
    model.save_weights(file)
    older = embedded_weights_path("coseg-v1")
    with pytest.raises(ValueError, match="one architecture.*shapes differ"):
        average_weights([file, older], tmp_path / "mean.weights.h5")
    assert [path.name for path in tmp_path.iterdir()] == ["a.weights.h5"]
