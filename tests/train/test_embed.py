import h5py
import numpy as np
import pytest

from tfcoseg.applications import CoSegMobileNetV2
from tfcoseg.train.embed import main, write_half


def test_half_the_size_and_nearly_the_masks(model, tmp_path):
    model.save_weights(tmp_path / "whole.weights.h5")
    file = write_half(tmp_path / "whole.weights.h5", tmp_path / "half.weights.h5")
    dtypes = set()
    with h5py.File(file) as opened:
        opened.visititems(lambda _, x: dtypes.add(getattr(x, "dtype", None)))
    assert dtypes == {None, np.dtype("float16")}
    assert file.stat().st_size < 0.6 * (tmp_path / "whole.weights.h5").stat().st_size
    assert len(list(tmp_path.iterdir())) == 2

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


def test_a_threshold_becomes_a_half(model, tmp_path):
    source, target = (tmp_path / f"{name}.weights.h5" for name in ("whole", "half"))
    model.save_weights(source)
    main([str(source), str(target), "--threshold", "0.3"])
    shifted = CoSegMobileNetV2(weights=target)
    image = np.random.default_rng(0).uniform(0, 255, (1, 64, 64, 3))
    pair = {"image_a": image, "image_b": image[:, ::-1]}
    before, after = (
        np.asarray(m(pair)["mask_a"], np.float64) for m in (model, shifted)
    )
    odds = np.log(before / (1 - before)) - np.log(0.3 / 0.7)
    np.testing.assert_allclose(after, 1 / (1 + np.exp(-odds)), atol=0.02)
    assert np.abs(after - before).max() > 0.1


@pytest.mark.parametrize("threshold", [0, 1, -0.5])
def test_a_threshold_out_of_range(threshold, tmp_path):
    with pytest.raises(ValueError, match="above 0 and below 1"):
        write_half(tmp_path / "a.weights.h5", tmp_path / "b.weights.h5", threshold)


def test_the_command_refuses_in_one_line(model, tmp_path, capsys):
    source, target = (str(tmp_path / f"{name}.weights.h5") for name in ("a", "b"))
    model.save_weights(source)
    for more, message in (
        (["--threshold", "1.5"], "above 0 and below 1"),
        ([], "exists already"),
    ):
        (tmp_path / "b.weights.h5").touch()
        with pytest.raises(SystemExit) as end:
            main([source, target, *more])
        assert end.value.code == 2 and message in capsys.readouterr().err
