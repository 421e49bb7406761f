"""What a Predictor takes for pictures and settings, and how it refuses the rest."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tfcoseg.inference import Predictor


def test_paths_pillow_images_and_arrays_are_the_same(predictor, pictures, tmp_path):
    a, b = pictures[:2]
    Image.fromarray(a).save(tmp_path / "a.png")
    expected = predictor.predict(a, b).soft_mask_a
    kinds = [tmp_path / "a.png", str(tmp_path / "a.png"), Image.fromarray(a)]
    for kind in [*kinds, a.astype(np.float32)]:
        soft_mask = predictor.predict(kind, b).soft_mask_a
        np.testing.assert_array_equal(soft_mask, expected)


def test_exif_orientation_is_honoured(predictor, pictures, tmp_path):
    image = Image.fromarray(pictures[0])
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(tmp_path / "turned.png", exif=exif)
    result = predictor.predict(tmp_path / "turned.png", pictures[1])
    assert result.mask_a.shape == (70, 50)
    upright = predictor.predict(np.rot90(pictures[0], -1), pictures[1])
    np.testing.assert_array_equal(result.soft_mask_a, upright.soft_mask_a)


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 300), (300, 1, 1), (2, 3, 4)])
def test_pictures_of_hardly_any_pixels(shape, predictor, pictures):
    result = predictor.predict(np.full(shape, 200, np.uint8), pictures[0])
    assert result.mask_a.shape == shape[:2]
    assert 0 <= result.score <= 1


@pytest.mark.parametrize("images", ["a.png", b"a.png", Path("a.png"), 3, None])
def test_a_group_must_be_a_list(images, predictor):
    with pytest.raises(TypeError, match="must be a list of pictures.*Received: "):
        predictor.predict_group(images)


@pytest.mark.parametrize("shape", [(5, 6, 3), (5, 6), (5,), (2, 1, 5, 6, 3)])
def test_one_picture_is_no_group_of_rows(shape, predictor):
    with pytest.raises(TypeError, match=r"Received: ndarray of shape \(.*5") as caught:
        predictor.predict_group(np.zeros(shape, np.uint8))
    assert str(shape) in str(caught.value)


def test_a_group_may_be_one_array(predictor, pictures):
    array = np.stack([pictures[2], pictures[2][::-1], pictures[2][:, ::-1]])
    group, expected = (predictor.predict_group(g) for g in (array, list(array)))
    assert len(group.masks) == 3
    np.testing.assert_array_equal(group.soft_masks, expected.soft_masks)


@pytest.mark.parametrize("count", [0, 1])
def test_a_group_must_be_two_at_least(count, predictor, pictures):
    with pytest.raises(ValueError, match=f"at least two .*Received: {count}"):
        predictor.predict_group(pictures[:count])


@pytest.mark.parametrize(
    "bad, error, complaint",
    [
        (None, TypeError, "a path, a PIL image or an array. Received: NoneType"),
        (["a.png"], TypeError, "Received: list"),
        (b"bytes", TypeError, "Received: bytes"),
        (np.zeros((0, 5, 3)), ValueError, "shape"),
        (np.zeros((2, 5, 5, 3)), ValueError, "shape"),
        (np.full((5, 5), np.nan), ValueError, "not NaN"),
        (np.full((5, 5), 256), ValueError, "0..255"),
        (np.zeros((5, 5), bool), ValueError, "bool"),
        ("missing.png", FileNotFoundError, "missing.png"),
    ],
)
def test_a_bad_picture_is_told_from_its_partner(
    bad, error, complaint, predictor, pictures
):
    for name, pair in [
        ("image_a", (bad, pictures[0])),
        ("image_b", (pictures[0], bad)),
    ]:
        with pytest.raises(error, match=complaint) as caught:
            predictor.predict(*pair)
        assert str(caught.value).startswith(f"`{name}`: ") or "missing.png" in complaint
    with pytest.raises(error, match=complaint):
        predictor.predict_group([*pictures, bad])


@pytest.mark.parametrize("size", [31, 0, -1, 2049, 385.0, "385", None, True])
def test_a_working_size_that_cannot_be(size, model):
    with pytest.raises(ValueError, match=f"at least 32 .*Received: {size!r}"):
        Predictor(model, working_size=size)


@pytest.mark.parametrize("threshold", [-0.01, 1.01, float("nan"), "half", None])
def test_a_threshold_that_cannot_be(threshold, model):
    with pytest.raises(ValueError, match=f"from 0 to 1. Received: {threshold!r}"):
        Predictor(model, threshold=threshold)


@pytest.mark.parametrize("min_score", [-0.01, 1.01, float("nan"), "half"])
def test_a_least_score_that_cannot_be(min_score, model):
    with pytest.raises(ValueError, match=f"`min_score` .*Received: {min_score!r}"):
        Predictor(model, min_score=min_score)
