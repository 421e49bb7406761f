"""Versions in a folder: their names, their files, their signatures."""

import functools
import json
import os
import time

import numpy as np
import pytest
import tensorflow as tf

from tfcoseg import samples
from tfcoseg.cards import read_card
from tfcoseg.export import export_saved_model, saved_model, with_implementation
from tfcoseg.export.gate import find_in_pair, stage_masks
from tfcoseg.export.signatures import predict_pair
from tfcoseg.inference.saved_model import run_signature
from tfcoseg.inference.stages import STAGES, StagesRuntime
from tfcoseg.pictures import read_image, resize_image


@pytest.fixture(scope="module")
def loaded(exported):
    return tf.saved_model.load(exported / "1")


@pytest.fixture(scope="module")
def images():
    """A batch of two and one of two, of other sizes, odd ones among them."""
    generator = np.random.default_rng(0)
    return {
        "image_a": generator.integers(0, 256, (2, 65, 97, 3), np.uint8),
        "image_b": generator.integers(0, 256, (2, 80, 48, 3), np.uint8),
    }


def test_two_versions_and_nothing_else_are_there(exported):
    assert sorted(path.name for path in exported.iterdir()) == ["1", "2"]


PIXELS = {"dtype": "uint8", "shape": [None, None, None, 3]}
MASK = {"dtype": "float32", "shape": [None, None, None, 1]}
STRINGS = {"dtype": "string", "shape": [None]}
SCORE = {"dtype": "float32", "shape": [None]}


@pytest.mark.parametrize("version", ["1", "2"])
def test_names_types_and_shapes_of_the_signatures(exported, version):
    extra = exported / version / "assets.extra"
    about = json.loads((extra / "signatures.json").read_text())
    signatures = about["signatures"]
    scores = {"score_a": SCORE, "score_b": SCORE}
    assert signatures["serving_default"] == {
        "inputs": {"image_a": PIXELS, "image_b": PIXELS},
        "outputs": {"mask_a": MASK, "mask_b": MASK, **scores},
    }
    assert signatures["serve_bytes"] == {
        "inputs": {"image_a": STRINGS, "image_b": STRINGS},
        "outputs": {"mask_a_bytes": STRINGS, "mask_b_bytes": STRINGS, **scores},
    }
    numbers = {"dtype": "float32", "shape": [None]}
    assert signatures["serve_group_bytes"] == {
        "inputs": {"images": STRINGS},
        "outputs": {"masks_bytes": STRINGS, "scores": numbers},
    }
    assert list(signatures) == sorted(
        [
            *("serving_default", "serve_bytes", "serve_group_bytes"),
            *("encode", "refer", "correlate", "decode", "verify"),
        ]
    )
    encoded = signatures["encode"]["outputs"]
    decoded = signatures["decode"]["inputs"]
    assert set(decoded) - set(encoded) == {"correlation", "affinity", "size"}
    assert all(decoded[name] == encoded[name] for name in set(decoded) & set(encoded))
    assert about["batching"] == {"1": "none", "2": "in-graph"}[version]
    assert about["working_size"] == 321 and about["max_pixels"] == 50_000_000
    assert "args_0" not in json.dumps(about)


def test_the_card_is_beside_it(exported):
    text = (exported / "1" / "assets.extra" / "model_card.json").read_text()
    card = json.loads(text)
    assert card == read_card("coseg")
    assert card["trained_on"] and len(card["sha256"]) == 64


def test_every_variable_is_written_once(exported, coseg):
    size = (exported / "1/variables/variables.data-00000-of-00001").stat().st_size
    assert size < 1.1 * 4 * coseg.count_params()


def test_pixels_give_the_models_masks(loaded, coseg, images):
    answer = run_signature(loaded, "serving_default", images)
    expected = predict_pair(coseg, images["image_a"], images["image_b"])
    assert set(answer) == set(expected)
    for name, array in expected.items():
        np.testing.assert_allclose(answer[name], array, atol=1e-4)
    np.testing.assert_array_equal(answer["score_a"], answer["score_b"])
    masks = coseg.predict_on_batch(images)
    for name, mask in masks.items():
        np.testing.assert_allclose(answer[name], mask, atol=1e-4)


def test_the_stages_one_by_one_are_the_whole(loaded):
    sizes = zip(samples.pair(), ((97, 128), (80, 113)))
    a, b = (resize_image(read_image(path), size) for path, size in sizes)
    inputs = {"image_a": a[None], "image_b": b[None]}
    whole = run_signature(loaded, "serving_default", inputs)
    stages = {
        name: functools.partial(run_signature, loaded, name)
        for name in ("serving_default", *STAGES)
    }
    masks = stage_masks(stages, a, b)
    runtime = StagesRuntime(stages)
    found = [each[None] for _, each in find_in_pair(runtime, a, b)]
    for name, mask in zip("ab", masks):
        assert np.ptp(mask) > 0.5
        np.testing.assert_allclose(mask, whole[f"mask_{name}"][0, ..., 0], atol=1e-5)
    np.testing.assert_allclose(runtime.score(*found)[0], whole["score_a"], atol=1e-5)


def test_one_picture_is_compared_with_many_partners_at_once(loaded):
    spec = loaded.signatures["correlate"].structured_input_signature[1]
    generator = np.random.default_rng(1)

    def drawn(name, *shape):
        channels = () if name == "partner_weights" else spec[name].shape[-1:]
        values = generator.normal(size=(*shape, *channels)).astype(np.float32)
        return {name: abs(values) if name == "partner_weights" else values}

    own = drawn("embedding", 1, 9, 7) | drawn("descriptors", 1, 9, 7)
    partners = (
        drawn("kernel", 3, *spec["kernel"].shape[1:3])
        | drawn("partners", 3, 2, 20)
        | drawn("partner_weights", 3, 2, 20)
    )

    def correlate(own, partners):
        return run_signature(loaded, "correlate", own | partners)

    def assert_same(answer, expected):
        for name in ("correlation", "affinity"):
            np.testing.assert_allclose(answer[name], expected[name], atol=2e-3)

    together = correlate(own, partners)
    for row in range(3):
        one = {name: array[row : row + 1] for name, array in partners.items()}
        alone = correlate(own, one)
        expected = {name: array[row : row + 1] for name, array in together.items()}
        assert_same(alone, expected)
    both = {k: np.concatenate([array, array[:, ::-1]]) for k, array in own.items()}
    first = {name: array[:1] for name, array in partners.items()}
    answers = correlate(both, first)
    assert_same({k: v[:1] for k, v in answers.items()}, correlate(own, first))
    for name in ("correlation", "affinity"):
        assert np.abs(answers[name][1] - answers[name][0]).max() > 0.1


@pytest.mark.parametrize(
    "size, received",
    [
        ((8000, 7000), "8000 x 7000"),
        ((0, 9), "0 x 9"),
        ((2**31 - 1,) * 2, "2147483647"),
    ],
)
def test_decode_refuses_sizes_that_no_picture_may_have(loaded, size, received):
    spec = loaded.signatures["decode"].structured_input_signature[1]
    inputs = {
        name: np.zeros([n or 1 for n in tensor.shape], np.float32)
        for name, tensor in spec.items()
    }
    inputs["size"] = np.array(size, np.int32)
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        run_signature(loaded, "decode", inputs)
    assert f"50000000 pixels at most. Received: {received}" in str(caught.value)


@pytest.fixture
def quick(monkeypatch):
    """Exports a trivial SavedModel at once; everything around it is as it is."""

    def write(signatures, path):
        module = tf.Module()
        module.f = tf.function(lambda x: {"y": x}, input_signature=[tf.TensorSpec(())])
        tf.saved_model.save(module, path, signatures={"f": module.f})

    monkeypatch.setattr(saved_model, "_write", write)
    monkeypatch.setattr(saved_model, "write_warmup_records", lambda *a: None)
    monkeypatch.setattr(saved_model, "replay", lambda *a: None)


def test_the_correlation_is_portable(quick, model, tmp_path, monkeypatch):
    """By transforms, whatever the model uses on the exporting machine."""
    seen = []
    real = saved_model.signatures_of

    def signatures_of(rebuilt, **options):
        seen.append(rebuilt.get_layer("pyramid_xcorr").implementation)
        return real(rebuilt, **options)

    monkeypatch.setattr(saved_model, "signatures_of", signatures_of)
    export_saved_model(with_implementation(model, "depthwise"), tmp_path)
    assert seen == ["fft"]


def test_what_killed_exports_have_left_is_swept_after_a_day(quick, model, tmp_path):
    for name, hours in ((".new-old", 25), (".new-other", 1), (".mine", 25)):
        (tmp_path / name).mkdir()
        then = time.time() - 3600 * hours
        os.utime(tmp_path / name, (then, then))
    export_saved_model(model, tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {".new-other", ".mine", "1"}


def test_the_next_version_is_the_greatest_number_and_one(quick, model, tmp_path):
    for name in ("3", "10", "notes", ".new-leftover", "011x"):
        (tmp_path / name).mkdir()
    assert export_saved_model(model, tmp_path) == tmp_path / "11"
    assert export_saved_model(model, str(tmp_path)) == tmp_path / "12"


def test_the_folder_is_made(quick, model, tmp_path):
    assert export_saved_model(model, tmp_path / "a" / "b") == tmp_path / "a/b/1"


@pytest.mark.parametrize("failing", ["_write", "write_warmup_records", "replay"])
def test_an_export_that_fails_leaves_nothing(
    failing, quick, model, tmp_path, monkeypatch
):
    def fail(*_):
        raise ValueError("no finite numbers")

    monkeypatch.setattr(saved_model, failing, fail)
    with pytest.raises(ValueError, match="no finite numbers"):
        export_saved_model(model, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_number_taken_meanwhile_is_not_replaced(tmp_path, monkeypatch):
    (tmp_path / ".new" / "version").mkdir(parents=True)
    (tmp_path / ".new" / "version" / "mine").touch()
    rename, calls = saved_model.Path.rename, []

    def late(self, target):
        if not calls:
            calls.append(target)
            target.mkdir()
            (target / "theirs").touch()
        return rename(self, target)

    monkeypatch.setattr(saved_model.Path, "rename", late)
    assert saved_model._publish(tmp_path / ".new" / "version", tmp_path).name == "2"
    assert (tmp_path / "1" / "theirs").exists() and (tmp_path / "2" / "mine").exists()


def test_an_unknown_batching_is_refused(model, tmp_path):
    with pytest.raises(ValueError, match="one of .*in-graph.*Received: 'server'"):
        export_saved_model(model, tmp_path, batching="server")
