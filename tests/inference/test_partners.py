"""What a picture's partners are to it, against loops over plain arrays."""

import numpy as np
import pytest

from tfcoseg.inference.partners import WHOLE_PARTNERS, all_others, partner_of

HEIGHT, WIDTH, CHANNELS = 5, 6, 4


class Halving:
    """An engine of which a mask halves the kernel; weights are the mask itself."""

    def refer(self, encoded, mask):
        assert mask.shape == (1, HEIGHT, WIDTH, 1) and mask.dtype == np.float32
        return {
            "kernel": encoded["kernel"] / 2,
            "partner_weights": mask.reshape(1, 1, -1),
        }


def tensors(count, size=(HEIGHT, WIDTH), seed=0):
    """What an engine makes of pictures, with or without meaning."""
    random = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        maps = random.normal(size=(1, *size, CHANNELS)).astype(np.float32)
        maps /= np.linalg.norm(maps, axis=-1, keepdims=True)
        kernel = random.normal(size=(1, 3, 3, 2)).astype(np.float32)
        found.append(
            {"kernel": kernel, "embedding": maps[..., :2], "descriptors": maps}
        )
    return found


def masks_of(count, seed=1):
    random = np.random.default_rng(seed)
    masks = random.random((count, HEIGHT, WIDTH)).astype(np.float32)
    return [mask if index % 3 else None for index, mask in enumerate(masks)]


def test_a_partner_without_a_mask_counts_everywhere():
    (one,) = tensors(1)
    partner = partner_of(Halving(), one)
    np.testing.assert_array_equal(partner["kernel"], one["kernel"])
    assert partner["partners"].shape == (1, 1, HEIGHT * WIDTH, CHANNELS)
    expected = one["descriptors"].reshape(1, 1, -1, CHANNELS)
    np.testing.assert_array_equal(partner["partners"], expected)
    assert partner["partner_weights"].shape == (1, 1, HEIGHT * WIDTH)
    assert (partner["partner_weights"] == 1).all()


def test_a_partner_with_a_mask_counts_inside_it():
    (one,), mask = tensors(1), masks_of(2)[1]
    partner = partner_of(Halving(), one, mask)
    np.testing.assert_array_equal(partner["kernel"], one["kernel"] / 2)
    np.testing.assert_array_equal(partner["partner_weights"][0, 0], mask.ravel())


def test_without_descriptors_a_partner_is_its_kernel():
    one, two, three = tensors(3)
    for each in (one, two, three):
        del each["descriptors"]
    assert list(partner_of(Halving(), one)) == ["kernel"]
    for partner in all_others(Halving(), [one, two, three]):
        assert list(partner) == ["kernel"]


@pytest.mark.parametrize("masked", [False, True])
def test_of_two_each_is_the_partner_of_the_other_to_the_bit(masked):
    encoded = tensors(2)
    masks = masks_of(3)[1:] if masked else [None, None]
    swapped = zip(encoded[::-1], masks[::-1])
    expected = [partner_of(Halving(), *one) for one in swapped]
    for found, wanted in zip(all_others(Halving(), encoded, masks), expected):
        assert list(found) == list(wanted)
        for name in wanted:
            np.testing.assert_array_equal(found[name], wanted[name])


@pytest.mark.parametrize("count", [3, 5, WHOLE_PARTNERS + 1, 24])
@pytest.mark.parametrize("masked", [False, True])
def test_the_kernel_is_the_mean_of_the_others(count, masked):
    encoded = tensors(count)
    masks = masks_of(count) if masked else [None] * count
    kernels = [
        one["kernel"] / (1 if mask is None else 2) for one, mask in zip(encoded, masks)
    ]
    for own, partner in enumerate(all_others(Halving(), encoded, masks)):
        others = kernels[:own] + kernels[own + 1 :]
        np.testing.assert_allclose(partner["kernel"], np.mean(others, 0), atol=1e-6)
        assert partner["kernel"].dtype == np.float32


@pytest.mark.parametrize("count", [3, WHOLE_PARTNERS + 1])
def test_of_a_small_group_every_position_is_compared(count):
    encoded, masks = tensors(count), masks_of(count)
    each = [partner_of(Halving(), one, mask) for one, mask in zip(encoded, masks)]
    for own, partner in enumerate(all_others(Halving(), encoded, masks)):
        others = each[:own] + each[own + 1 :]
        for name in ("partners", "partner_weights"):
            expected = np.concatenate([other[name] for other in others], axis=1)
            np.testing.assert_array_equal(partner[name], expected)


def pooled(one, mask, factor):
    """Unit means of squares of positions, weighted by the mask; and its means there."""
    mask = np.ones((HEIGHT, WIDTH)) if mask is None else mask
    descriptors, weights = [], []
    for top in range(0, HEIGHT, factor):
        for left in range(0, WIDTH, factor):
            square = slice(top, top + factor), slice(left, left + factor)
            inside = mask[square].reshape(-1, 1) + 1e-6
            total = (one["descriptors"][0][square].reshape(-1, CHANNELS) * inside).sum(
                0
            )
            descriptors.append(total / np.linalg.norm(total))
            weights.append(mask[square].mean())
    return np.array(descriptors), np.array(weights)


@pytest.mark.parametrize(
    "count, factor", [(WHOLE_PARTNERS + 2, 2), (4 * WHOLE_PARTNERS + 2, 3)]
)
def test_of_a_large_group_squares_of_positions_are_compared(count, factor):
    encoded, masks = tensors(count), masks_of(count)
    each = [pooled(one, mask, factor) for one, mask in zip(encoded, masks)]
    squares = -(-HEIGHT // factor) * -(-WIDTH // factor)
    for own, partner in enumerate(all_others(Halving(), encoded, masks)):
        others = each[:own] + each[own + 1 :]
        found, weights = partner["partners"], partner["partner_weights"]
        assert found.shape == (1, count - 1, squares, CHANNELS)
        np.testing.assert_allclose(found[0], [d for d, _ in others], atol=1e-5)
        np.testing.assert_allclose(weights[0], [w for _, w in others], atol=1e-6)


def test_the_work_for_a_picture_hardly_grows_with_the_group():
    positions = []
    for count in (WHOLE_PARTNERS + 1, 40, 100):
        partner = next(iter(all_others(Halving(), tensors(count, (21, 21)))))
        positions.append(np.prod(partner["partner_weights"].shape))
    assert max(positions) <= 1.2 * positions[0]
