import json

import h5py
import numpy as np
import pytest

from tfcoseg.applications import CoSegMobileNetV2, load_model, save_weights
from tfcoseg.provenance import describe_weights
from tfcoseg.train.embed import main, write_half


def test_half_the_size_and_nearly_the_masks(model, tmp_path):
    save_weights(model, tmp_path / "whole.weights.h5")
    file = write_half(tmp_path / "whole.weights.h5", tmp_path / "half.weights.h5")
    dtypes = set()
    with h5py.File(file) as opened:
        opened.visititems(lambda _, x: dtypes.add(getattr(x, "dtype", None)))
    assert dtypes == {None, np.dtype("float16")}
    assert file.stat().st_size < 0.6 * (tmp_path / "whole.weights.h5").stat().st_size
    names = ["half.json", "half.weights.h5", "whole.weights.h5"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names

    loaded = load_model(file)
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
    save_weights(large, tmp_path / "large.weights.h5")
    with pytest.raises(ValueError, match="phi_1/vars/1"):
        write_half(tmp_path / "large.weights.h5", tmp_path / "half.weights.h5")
    assert not (tmp_path / "half.weights.h5").exists()


def test_the_command_refuses_in_one_line(model, tmp_path, capsys):
    source, target = (str(tmp_path / f"{name}.weights.h5") for name in ("a", "b"))
    save_weights(model, source)
    (tmp_path / "b.weights.h5").touch()
    with pytest.raises(SystemExit) as end:
        main([source, target])
    assert end.value.code == 2 and "exists already" in capsys.readouterr().err


def test_weights_that_are_half_already_stay_what_they_are(model, tmp_path):
    save_weights(model, tmp_path / "whole.weights.h5")
    half = write_half(tmp_path / "whole.weights.h5", tmp_path / "half.weights.h5")
    again = write_half(half, tmp_path / "again.weights.h5")
    for ours, theirs in zip(
        load_model(again).get_weights(), load_model(half).get_weights()
    ):
        np.testing.assert_array_equal(ours, theirs)


def test_weights_of_an_unknown_model(model, tmp_path):
    model.save_weights(tmp_path / "bare.weights.h5")
    with pytest.raises(ValueError, match="settings of their model"):
        write_half(tmp_path / "bare.weights.h5", tmp_path / "half.weights.h5")


def test_what_is_known_of_the_source_is_kept(model, tmp_path):
    save_weights(model, tmp_path / "a.weights.h5")
    known = {"trained_on": ["pets"], "tuned_on": ["cars"]}
    (tmp_path / "a.json").write_text(json.dumps(known))
    file = write_half(tmp_path / "a.weights.h5", tmp_path / "b.weights.h5")
    weights = describe_weights(file)
    assert (weights.trained_on, weights.tuned_on) == (("pets",), ("cars",))
    card = json.loads((tmp_path / "b.json").read_text())
    assert card["half_of"]["name"] == "a"


def test_settings_that_are_not_the_default_are_kept(tmp_path):
    other = CoSegMobileNetV2(kernel_sizes=(3, 5), decoder_filters=(16, 8, 8, 8))
    save_weights(other, tmp_path / "other.weights.h5")
    half = load_model(
        write_half(tmp_path / "other.weights.h5", tmp_path / "half.weights.h5")
    )
    assert half.get_layer("pyramid_xcorr").kernel_sizes == (3, 5)
    assert half.get_layer("mask_decoder").filters == (16, 8, 8, 8)


def test_another_suffix(tmp_path):
    with pytest.raises(ValueError, match="ends in .weights.h5. Received: .*half.h5"):
        write_half("coseg", tmp_path / "half.h5")
