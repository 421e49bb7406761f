"""Masks of the object that people give along: every kind, and what is refused."""

import numpy as np
import pytest
from PIL import Image

from tfcoseg.inference.references import read_reference


@pytest.fixture
def mask():
    mask = np.zeros((40, 60), np.uint8)
    mask[10:30, 20:50] = 255
    return mask


@pytest.mark.parametrize("kind", ["path", "text", "pillow", "binary", "255", "float"])
def test_paths_pillow_images_and_arrays_are_the_same(kind, mask, tmp_path):
    Image.fromarray(mask).save(tmp_path / "mask.png")
    given = {
        "path": tmp_path / "mask.png",
        "text": str(tmp_path / "mask.png"),
        "pillow": Image.fromarray(mask),
        "binary": mask > 0,
        "255": mask,
        "float": mask / 255.0,
    }[kind]
    found = read_reference("mask_b", given, (40, 60))
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, mask // 255)


@pytest.mark.parametrize("size", [(60, 40), (40, 59), (1, 1)])
def test_a_mask_of_another_size_is_refused(size, mask):
    match = f"`mask_a` must be .* {size[0]} x {size[1]}.*shape .40, 60. with 600 such"
    with pytest.raises(ValueError, match=match):
        read_reference("mask_a", mask, size)


def test_an_empty_mask_is_refused(mask):
    with pytest.raises(ValueError, match="`mask_b` must be .* with 0 such pixels"):
        read_reference("mask_b", np.zeros_like(mask), (40, 60))


def test_a_colour_picture_is_refused(mask):
    colours = np.stack([mask] * 3, axis=-1)
    for given in (colours, Image.fromarray(colours)):
        with pytest.raises(ValueError, match="shape .40, 60, 3."):
            read_reference("mask_b", given, (40, 60))


def test_a_file_that_is_missing_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="gone.png"):
        read_reference("mask_b", tmp_path / "gone.png", (40, 60))


def test_the_predictor_names_the_mask_and_its_picture_s_size(predictor, pictures):
    a, b = pictures[:2]
    with pytest.raises(ValueError, match="`mask_a` must be .* 50 x 70"):
        predictor.predict(a, b, mask_a=np.ones(b.shape[:2]))
    with pytest.raises(ValueError, match="`mask_b` must be .* 120 x 33"):
        predictor.predict(a, b, mask_b=np.zeros(b.shape[:2]))


def test_a_mask_beside_a_picture_changes_what_is_found(predictor, pictures):
    a, b = pictures[:2]
    without, corner = predictor.predict(a, b), np.zeros(b.shape[:2])
    corner[:30, :10] = 1
    found = predictor.predict(a, b, mask_b=corner)
    assert np.abs(found.soft_mask_a - without.soft_mask_a).max() > 0.01


def test_a_mask_of_the_whole_picture_is_none(predictor, pictures):
    a, b = pictures[:2]
    expected = predictor.predict(a, b)
    ones = [np.ones(picture.shape[:2]) for picture in (a, b)]
    found = predictor.predict(a, b, *ones)
    np.testing.assert_array_equal(found.soft_mask_a, expected.soft_mask_a)
    np.testing.assert_array_equal(found.soft_mask_b, expected.soft_mask_b)
    assert found.score == expected.score


def test_swapping_the_pictures_and_their_masks_swaps_the_results(predictor, pictures):
    a, b = pictures[:2]
    mask_a = np.zeros(a.shape[:2])
    mask_a[20:, :30] = 1
    one = predictor.predict(a, b, mask_a=mask_a)
    other = predictor.predict(b, a, mask_b=mask_a)
    np.testing.assert_array_equal(one.soft_mask_a, other.soft_mask_b)
    np.testing.assert_array_equal(one.soft_mask_b, other.soft_mask_a)
    assert one.score == other.score


@pytest.fixture(scope="module")
def functional(model, tmp_path_factory):
    """The same network as a whole, which takes masks along with pictures."""
    from tfcoseg.applications import load_model, save_weights

    path = tmp_path_factory.mktemp("weights") / "model.weights.h5"
    save_weights(model, path)
    return load_model(path, reference_masks=True)


@pytest.mark.parametrize("absent", [0.0, 1.0])
@pytest.mark.parametrize("given", ["a", "b", "ab"])
def test_it_is_what_the_functional_model_says(
    given, absent, functional, predictor, pictures
):
    """With pictures of the working size, so that nothing is resized in between."""
    a, b = pictures[2], pictures[2][::-1].copy()
    b[:20] = 30
    masks = {"a": np.zeros((64, 64)), "b": np.zeros((64, 64))}
    masks["a"][8:40, 16:48], masks["b"][30:, :30] = 1, 1
    references = {
        f"reference_{name}": masks[name] if name in given else np.full((64, 64), absent)
        for name in "ab"
    }
    batch = {"image_a": a, "image_b": b}
    batch |= {name: mask[..., None] for name, mask in references.items()}
    batch = {name: x[None].astype("float32") for name, x in batch.items()}
    expected = functional(batch)
    known = {f"mask_{name}": masks[name] for name in given}
    found = predictor.predict(a, b, **known)
    for name in "ab":
        soft_mask = getattr(found, f"soft_mask_{name}")
        wanted = expected[f"mask_{name}"][0, ..., 0]
        np.testing.assert_allclose(soft_mask, wanted, atol=1e-5)
