"""Weights files hold the settings of their model, so that one call loads both."""

import json

import h5py
import numpy as np
import pytest

from tfcoseg.applications import CoSeg, load_model, save_weights
from tfcoseg.applications.settings import read_settings, settings_of


def as_json(settings):
    return json.loads(json.dumps(settings))


def test_a_loaded_model_is_the_one_that_was_saved(small, pair, tmp_path):
    save_weights(small, tmp_path / "small.weights.h5")
    again = load_model(tmp_path / "small.weights.h5")
    assert as_json(settings_of(again)) == as_json(settings_of(small))
    assert again.name == small.name
    expected = small(pair)
    for name, mask in again(pair).items():
        np.testing.assert_array_equal(mask, expected[name])


def test_settings_are_arguments_that_change_the_weights(small, tmp_path):
    """And no others: one may load the same weights with masks, or in one round."""
    save_weights(small, tmp_path / "small.weights.h5")
    settings = read_settings(tmp_path / "small.weights.h5")
    assert settings == as_json(settings_of(small))
    assert settings["filters"] == 6 and settings["descriptors"] == "deep"
    assert not {"rounds", "reference_masks", "implementation", "weights"} & set(
        settings
    )
    options = {"reference_masks": True, "rounds": 1, "implementation": "fft"}
    again = load_model(tmp_path / "small.weights.h5", **options)
    assert "reference_a" in again.input
    assert again.get_layer("pyramid_xcorr").implementation == "fft"
    for one, other in zip(again.get_weights(), small.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("build", [None, "method_of_the_paper"])
def test_models_with_names_of_backbones_are_loaded_too(build, tmp_path):
    options = {"features": "block4_conv3", "filters": 4, "kernel_sizes": (3,)}
    deep = None if build else "block5_conv3"
    options |= {"descriptors": deep, "decoder_filters": (4,), "name": "mine"}
    model = CoSeg("vgg16", **options)
    save_weights(model, str(tmp_path / "mine.weights.h5"))
    again = load_model(str(tmp_path / "mine.weights.h5"))
    assert again.name == "mine" and settings_of(again) == settings_of(model)


def test_saving_replaces_an_older_file(small, tmp_path):
    path = tmp_path / "small.weights.h5"
    for _ in range(2):
        save_weights(small, path)
    assert read_settings(path)["name"] == small.name


def test_files_without_settings(small, tmp_path):
    small.save_weights(tmp_path / "plain.weights.h5")
    (tmp_path / "text.weights.h5").write_text("no weights")
    for name in ("plain", "text", "missing"):
        assert read_settings(tmp_path / f"{name}.weights.h5") is None
    with pytest.raises(ValueError, match="which hold the settings.*plain.weights.h5"):
        load_model(tmp_path / "plain.weights.h5")


def test_weights_that_do_not_exist():
    with pytest.raises(
        ValueError, match="'coseg'.*Received: weights='mine.weights.h5'"
    ):
        load_model("mine.weights.h5")


def test_settings_do_not_keep_keras_from_reading_the_weights(small, build, tmp_path):
    save_weights(small, tmp_path / "small.weights.h5")
    other = build()
    other.set_weights([np.zeros_like(weight) for weight in other.get_weights()])
    other.load_weights(tmp_path / "small.weights.h5")
    for one, two in zip(other.get_weights(), small.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    with h5py.File(tmp_path / "small.weights.h5") as file:
        assert len(file.attrs) >= 1
