import h5py
import numpy as np
import pytest

from tfcoseg.applications import CoSegMobileNetV2
from tfcoseg.train.embed import write_half


def test_half_the_size_and_nearly_the_masks(model, tmp_path):
    model.save_weights(tmp_path / "whole.weights.h5")
    file = write_half(tmp_path / "whole.weights.h5", tmp_path / "half.weights.h5")
    dtypes = set()
    with h5py.File(file) as opened:
        opened.visititems(lambda _, x: dtypes.add(getattr(x, "dtype", None)))
    assert dtypes == {None, np.dtype("float16")}
    assert file.stat().st_size < 0.6 * (tmp_path / "whole.weights.h5").stat().st_size
    assert not list(tmp_path.glob(".new*"))

    loaded = CoSegMobileNetV2(weights=file)
    for whole, half in zip(model.get_weights(), loaded.get_weights()):
        assert half.dtype == np.float32
        np.testing.assert_array_equal(half, whole.astype("float16").astype("float32"))
    image = np.random.default_rng(0).uniform(0, 255, (1, 64, 64, 3))
    pair = {"image_a": image, "image_b": image[:, ::-1]}
    difference = np.abs(loaded(pair)["mask_a"] - model(pair)["mask_a"])
    assert 0 < difference.max() < 0.02


def test_weights_too_large_are_named(model, tmp_path):
    large = CoSegMobileNetV2(weights=None)
    large.set_weights(model.get_weights())
    large.get_layer("pyramid_xcorr").phi_1.bias.assign([1e6] * 256)
    large.save_weights(tmp_path / "large.weights.h5")
    with pytest.raises(ValueError, match="phi_1/bias"):
        write_half(tmp_path / "large.weights.h5", tmp_path / "half.weights.h5")
    assert not (tmp_path / "half.weights.h5").exists()
