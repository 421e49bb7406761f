"""Models that take masks of the object along with the images."""

import numpy as np
import pytest


@pytest.fixture(scope="module")
def referring(build):
    return build(reference_masks=True)


def references(pair, **given):
    """The inputs of the model: ones where no mask is given."""
    found = dict(pair)
    for name in ("reference_a", "reference_b"):
        image = pair[name.replace("reference", "image")]
        default = np.ones((*image.shape[:3], 1), np.float32)
        found[name] = given.get(name, default)
    return found


def box(image):
    mask = np.zeros((*image.shape[:3], 1), np.float32)
    mask[:, 16:48, 16:48] = 1
    return mask


def test_the_weights_are_the_same(referring, small):
    assert sorted(referring.input) == [
        *("image_a", "image_b", "reference_a", "reference_b"),
    ]
    for one, other in zip(referring.weights, small.weights, strict=True):
        assert one.shape == other.shape


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_ones_and_zeros_are_no_masks(value, referring, small, pair):
    everywhere = {
        f"reference_{side}": np.full((1, *size, 1), value, np.float32)
        for side, size in (("a", (64, 80)), ("b", (49, 70)))
    }
    masks, expected = referring(references(pair, **everywhere)), small(pair)
    for name in expected:
        np.testing.assert_allclose(masks[name], expected[name], atol=1e-6)


def test_a_mask_changes_what_is_found_in_the_other_image(referring, small, pair):
    given = references(pair, reference_b=box(pair["image_b"]))
    masks, expected = referring(given), small(pair)
    difference = np.abs(masks["mask_a"] - expected["mask_a"])
    assert difference.max() > 1e-4


def test_swapping_images_and_masks_swaps_what_is_found(referring, pair):
    one = referring(references(pair, reference_a=box(pair["image_a"])))
    swapped = {"image_a": pair["image_b"], "image_b": pair["image_a"]}
    other = referring(references(swapped, reference_b=box(pair["image_a"])))
    np.testing.assert_array_equal(one["mask_a"], other["mask_b"])
    np.testing.assert_array_equal(one["mask_b"], other["mask_a"])


def test_a_pair_of_a_batch_may_have_a_mask_and_another_none(referring, pair):
    twice = {name: np.concatenate([x, x]) for name, x in references(pair).items()}
    twice["reference_b"][1:] = box(pair["image_b"])
    together = referring(twice)["mask_a"]
    none = referring(references(pair))["mask_a"]
    with_mask = referring(references(pair, reference_b=box(pair["image_b"])))["mask_a"]
    np.testing.assert_allclose(together, np.concatenate([none, with_mask]), atol=1e-6)
