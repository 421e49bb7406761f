import dataclasses
import shutil

import numpy as np
import pytest
from PIL import Image

from tfcoseg.ablate.features import FeatureCache
from tfcoseg.applications import CoSegEfficientNetLite0
from tfcoseg.data import Pair, consecutive_pairs, pair_dataset, read_folder


@pytest.fixture(scope="module")
def records(data):
    return read_folder(data)


@pytest.fixture(scope="module")
def encoder(give_strength):
    """A small encoder with descriptors."""
    network = give_strength(CoSegEfficientNetLite0(None, branch_from=None))
    return network.get_layer("siamese_encoder")


@pytest.fixture(scope="module")
def plain(tmp_path_factory, records, encoder):
    """A cache of the pictures as they are."""
    return FeatureCache(
        tmp_path_factory.mktemp("plain"), records, encoder, 48, augment=False
    )


def test_all_maps_of_the_encoder_are_kept(plain, records, encoder):
    pairs = consecutive_pairs(records)[:4]
    inputs, truths = next(iter(plain.dataset(pairs, batch_size=4)))
    images, expected_truths = next(iter(pair_dataset(pairs, 48, 4, augment=False)))
    maps = encoder.encode(images["image_a"])
    assert list(plain.channels.values()) == [one.shape[-1] for one in maps]
    for index, expected in enumerate(maps):
        # They are kept in half precision.
        found = inputs[f"a_{index}"]
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)
        assert np.std(found) > 0.01
    for name, mask in expected_truths.items():
        np.testing.assert_array_equal(truths[name], mask)
        np.testing.assert_array_equal(inputs[f"like_{name[-1]}"], mask)


def test_negative_pairs_have_empty_truths(plain, records):
    pairs = [Pair(records[0], records[9], False), Pair(records[0], records[1], True)]
    _, truths = next(iter(plain.dataset(pairs, batch_size=2)))
    for mask in truths.values():
        assert not mask[0].numpy().any()
        assert mask[1].numpy().any()


def test_a_resumed_dataset_is_the_tail(tmp_path, records, encoder):
    cache = FeatureCache(tmp_path, records, encoder, 32, views=4, seed=3)
    pairs = consecutive_pairs(records)
    whole = list(cache.dataset(pairs, batch_size=2))
    tail = list(cache.dataset(pairs[6:], batch_size=2, first_index=6))
    for (inputs, _), (expected, _) in zip(tail, whole[3:]):
        for name in expected:
            np.testing.assert_array_equal(inputs[name], expected[name])


@pytest.mark.parametrize("verbose", [True, False])
def test_progress_is_shown_if_wanted(verbose, tmp_path, records, encoder, capsys):
    FeatureCache(tmp_path, records[:2], encoder, 32, verbose=verbose)
    assert ("2/2" in capsys.readouterr().out) == verbose


def test_a_complete_cache_is_not_computed_again(tmp_path, records, encoder):
    FeatureCache(tmp_path, records[:2], encoder, 32, augment=False)
    before = {file: file.stat().st_mtime_ns for file in tmp_path.glob("*.npy")}
    FeatureCache(tmp_path, records[:2], encoder, 32, augment=False)
    assert before == {file: file.stat().st_mtime_ns for file in tmp_path.glob("*.npy")}
    (tmp_path / "complete.json").unlink()  # as if it had been interrupted
    FeatureCache(tmp_path, records[:2], encoder, 32, augment=False)
    assert before != {file: file.stat().st_mtime_ns for file in tmp_path.glob("*.npy")}


@pytest.mark.parametrize("change", ["encoder", "mask", "void", "marker"])
def test_a_cache_of_something_else_is_computed_anew(tmp_path, data, encoder, change):
    folder = shutil.copytree(data, tmp_path / "drawn")
    records = read_folder(folder)[:2]
    cache = tmp_path / "cache"
    FeatureCache(cache, records, encoder, 32, augment=False)
    before = np.load(cache / "0-0.npy"), (cache / "0-0.npy").stat().st_mtime_ns
    if change == "encoder":
        other = CoSegEfficientNetLite0(None, branch_from=None)
        encoder = other.get_layer("siamese_encoder")
    elif change == "mask":
        Image.new("L", (48, 32), 255).save(records[0].mask)
    elif change == "void":
        records = [dataclasses.replace(record, void_value=128) for record in records]
    else:
        (cache / "complete.json").write_text("{")
    FeatureCache(cache, records, encoder, 32, augment=False)
    assert (cache / "0-0.npy").stat().st_mtime_ns != before[1]
    assert (np.load(cache / "0-0.npy") == before[0]).all() == (change != "encoder")
    if change == "mask":
        assert np.load(cache / "0-mask.npy")[0].all()


def test_views_differ(tmp_path, records, encoder):
    FeatureCache(tmp_path, records[:2], encoder, 32, views=2, seed=0)
    first, second = (np.load(tmp_path / f"{view}-mask.npy") for view in (0, 1))
    assert first.any() and second.any()
    assert (first != second).any()
