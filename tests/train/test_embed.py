import json

import h5py
import numpy as np
import pytest

from tfcoseg.applications import CoSegMobileNetV2
from tfcoseg.provenance import describe_weights
from tfcoseg.train.embed import main, write_half


def test_half_the_size_and_nearly_the_masks(model, tmp_path):
    model.save_weights(tmp_path / "whole.weights.h5")
    file = write_half(tmp_path / "whole.weights.h5", tmp_path / "half.weights.h5")
    dtypes = set()
    with h5py.File(file) as opened:
        opened.visititems(lambda _, x: dtypes.add(getattr(x, "dtype", None)))
    assert dtypes == {None, np.dtype("float16")}
    assert file.stat().st_size < 0.6 * (tmp_path / "whole.weights.h5").stat().st_size
    names = ["half.json", "half.weights.h5", "whole.weights.h5"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names

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


@pytest.mark.parametrize("name", ["coseg-v1", "coseg-v2"])
def test_embedded_weights_stay_what_they_are(name, tmp_path):
    file = write_half(name, tmp_path / "half.weights.h5")
    weights = CoSegMobileNetV2(name).get_weights()
    for ours, theirs in zip(CoSegMobileNetV2(file).get_weights(), weights):
        np.testing.assert_array_equal(ours, theirs)


def test_what_is_known_of_the_source_is_kept(model, tmp_path):
    model.save_weights(tmp_path / "a.weights.h5")
    known = {"trained_on": ["pets"], "tuned_on": ["cars"]}
    (tmp_path / "a.json").write_text(json.dumps(known))
    file = write_half(tmp_path / "a.weights.h5", tmp_path / "b.weights.h5", 0.3)
    weights = describe_weights(file)
    assert (weights.trained_on, weights.tuned_on) == (("pets",), ("cars",))
    card = json.loads((tmp_path / "b.json").read_text())
    assert card["half_of"]["name"] == "a" and card["threshold"] == 0.3


@pytest.mark.parametrize("beside", ["card", "run", "an earlier run"])
def test_features_of_another_kind_are_found_again(tmp_path, beside):
    features = ("block_13_expand_relu",)
    source = tmp_path / "run" / "best.weights.h5"
    source.parent.mkdir()
    CoSegMobileNetV2(None, features=features).save_weights(source)
    with pytest.raises(ValueError, match="shape|match|expect"):
        CoSegMobileNetV2(source)
    if beside == "card":
        card = json.dumps({"features": features})
        source.with_name("best.json").write_text(card)
    else:
        recipe = {"data": ["pets"], "features": features}
        if beside == "an earlier run":
            earlier = tmp_path / "earlier" / "best.weights.h5"
            earlier.parent.mkdir()
            run = json.dumps({"recipe": recipe})
            earlier.with_name("arguments.json").write_text(run)
            recipe = {"data": ["pets"], "features": [], "weights": str(earlier)}
        source.with_name("arguments.json").write_text(json.dumps({"recipe": recipe}))
    assert CoSegMobileNetV2(source).get_layer("siamese_encoder").features == features
    half = write_half(source, tmp_path / "half.weights.h5")
    assert CoSegMobileNetV2(half).get_layer("siamese_encoder").features == features


def test_another_suffix(tmp_path):
    with pytest.raises(ValueError, match="ends in .weights.h5. Received: .*half.h5"):
        write_half("coseg", tmp_path / "half.h5")
