import dataclasses
import shutil

import numpy as np
import pytest
from PIL import Image

from tfcoseg.applications import CoSegMobileNetV2
from tfcoseg.data import Pair, consecutive_pairs, pair_dataset, read_folder
from tfcoseg.train.features import FeatureCache
from tfcoseg.train.parts import head_model, upper_model


@pytest.fixture(scope="module")
def records(drawn_folder):
    return read_folder(drawn_folder)


@pytest.fixture(scope="module")
def plain(tmp_path_factory, records, model):
    """A cache of the pictures as they are, at one size."""
    folder = tmp_path_factory.mktemp("plain")
    encoder = model.get_layer("siamese_encoder")
    return FeatureCache(folder, records, encoder, [48], augment=False)


def test_the_head_on_cached_features_is_the_network(plain, records, model):
    pairs = consecutive_pairs(records)[:4]
    inputs, truths = next(iter(plain.dataset(pairs, batch_size=4)))
    masks = head_model(model, plain.channels)(inputs)
    images, expected_truths = next(iter(pair_dataset(pairs, 48, 4, augment=False)))
    expected = model(images)
    for name in expected:
        # Features are kept in half precision.
        np.testing.assert_allclose(masks[name], expected[name], atol=0.02)
        assert np.std(expected[name]) > 0.02
        np.testing.assert_array_equal(truths[name], expected_truths[name])


def test_what_lies_above_the_cached_skips_is_the_network(plain, records, model):
    pairs = consecutive_pairs(records)[:4]
    inputs, _ = next(iter(plain.dataset(pairs, batch_size=4, features=False)))
    upper = upper_model(model, plain.channels)
    assert set(inputs) == set(upper.input)
    masks = upper(inputs)
    images, _ = next(iter(pair_dataset(pairs, 48, 4, augment=False)))
    for name, expected in model(images).items():
        np.testing.assert_allclose(masks[name], expected, atol=0.02)


def test_in_training_too_the_encoder_uses_no_statistics_of_a_batch(
    plain, records, model
):
    pairs = consecutive_pairs(records)[:4]
    inputs, _ = next(iter(plain.dataset(pairs, batch_size=4, features=False)))
    upper = upper_model(model, plain.channels)
    parts = [model.get_layer(name) for name in ("siamese_encoder", "mask_decoder")]
    before = [part.get_weights() for part in parts]
    upper(inputs, training=True)
    same = [
        all(map(np.array_equal, part.get_weights(), weights))
        for part, weights in zip(parts, before)
    ]
    for part, weights in zip(parts, before):
        part.set_weights(weights)
    assert same == [True, False]


def test_above_the_skips_the_encoder_trains_and_below_it_does_not(plain, model):
    trained = {variable.path for variable in upper_model(model, plain.channels).weights}
    trunk = model.get_layer("siamese_encoder").trunk
    position = [layer.name for layer in trunk.layers].index("block_5_add")
    for number, layer in enumerate(trunk.layers):
        for variable in layer.weights:
            assert (variable.path in trained) == (number > position)


def test_negative_pairs_have_empty_truths(plain, records):
    pairs = [Pair(records[0], records[5], False), Pair(records[0], records[1], True)]
    _, truths = next(iter(plain.dataset(pairs, batch_size=2)))
    for mask in truths.values():
        assert not mask[0].numpy().any()
        assert mask[1].numpy().any()


def test_sizes_take_turns_and_a_resumed_dataset_is_the_tail(tmp_path, records, model):
    encoder = model.get_layer("siamese_encoder")
    cache = FeatureCache(tmp_path, records, encoder, [32, 48], views=4, seed=3)
    pairs = consecutive_pairs(records)
    whole = list(cache.dataset(pairs, batch_size=2))
    assert [batch[1]["mask_a"].shape[1] for batch in whole] == [32, 48] * 3
    tail = list(cache.dataset(pairs[6:], batch_size=2, first_index=6))
    for (inputs, _), (expected, _) in zip(tail, whole[3:]):
        for name in expected:
            np.testing.assert_array_equal(inputs[name], expected[name])


@pytest.mark.parametrize("verbose", [True, False])
def test_progress_is_shown_if_wanted(verbose, tmp_path, records, model, capsys):
    encoder = model.get_layer("siamese_encoder")
    FeatureCache(tmp_path, records[:2], encoder, [32], verbose=verbose)
    assert ("2/2" in capsys.readouterr().out) == verbose


def test_a_complete_cache_is_not_computed_again(tmp_path, records, model):
    encoder = model.get_layer("siamese_encoder")
    FeatureCache(tmp_path, records[:2], encoder, [32], augment=False)
    before = {file: file.stat().st_mtime_ns for file in tmp_path.glob("*.npy")}
    FeatureCache(tmp_path, records[:2], encoder, [32], augment=False)
    assert before == {file: file.stat().st_mtime_ns for file in tmp_path.glob("*.npy")}
    (tmp_path / "complete.json").unlink()  # as if it had been interrupted
    FeatureCache(tmp_path, records[:2], encoder, [32], augment=False)
    assert before != {file: file.stat().st_mtime_ns for file in tmp_path.glob("*.npy")}


@pytest.mark.parametrize("change", ["encoder", "mask", "void", "marker"])
def test_a_cache_of_something_else_is_computed_anew(
    tmp_path, drawn_folder, model, change
):
    folder = shutil.copytree(drawn_folder, tmp_path / "drawn")
    records, encoder = read_folder(folder)[:2], model.get_layer("siamese_encoder")
    cache = tmp_path / "cache"
    FeatureCache(cache, records, encoder, [32], augment=False)
    before = np.load(cache / "0-0.npy"), (cache / "0-0.npy").stat().st_mtime_ns
    if change == "encoder":
        encoder = CoSegMobileNetV2(weights=None).get_layer("siamese_encoder")
    elif change == "mask":
        Image.new("L", (64, 48), 255).save(records[0].mask)
    elif change == "void":
        records = [dataclasses.replace(record, void_value=128) for record in records]
    else:
        (cache / "complete.json").write_text("{")
    FeatureCache(cache, records, encoder, [32], augment=False)
    assert (cache / "0-0.npy").stat().st_mtime_ns != before[1]
    assert (np.load(cache / "0-0.npy") == before[0]).all() == (change != "encoder")
    if change == "mask":
        assert np.load(cache / "0-mask.npy")[0].all()


def test_views_differ(tmp_path, records, model):
    encoder = model.get_layer("siamese_encoder")
    FeatureCache(tmp_path, records[:2], encoder, [32], views=2, seed=0)
    first, second = (np.load(tmp_path / f"{view}-mask.npy") for view in (0, 1))
    assert first.any() and second.any()
    assert (first != second).any()
