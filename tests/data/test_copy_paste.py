import numpy as np
import pytest

from tfcoseg.data.copy_paste import may_be_pasted, paste_object
from tfcoseg.signature import VOID

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def picture(shape, box, background, colour):
    """A picture with a rectangle, and its mask; box is top, left, bottom, right."""
    image = np.full((*shape, 3), background, np.uint8)
    mask = np.zeros(shape, np.uint8)
    top, left, bottom, right = box
    image[top:bottom, left:right] = colour
    mask[top:bottom, left:right] = 1
    return image, mask


@pytest.fixture
def own():
    return picture((60, 90), (0, 0, 20, 30), (9, 9, 9), GREEN)


@pytest.fixture
def other():
    return picture((50, 40), (10, 10, 30, 20), BLUE, RED)


def paste(own, other, seed=0, **options):
    return paste_object(*own, *other, np.random.default_rng(seed), **options)


def box_of(mask):
    rows, columns = (np.flatnonzero(mask.any(axis)) for axis in (1, 0))
    return rows[-1] + 1 - rows[0], columns[-1] + 1 - columns[0]


def test_the_object_is_pasted_and_nothing_else_changes(own, other):
    before = [array.copy() for array in (*own, *other)]
    image, mask, pasted = paste(own, other)
    assert image.dtype == mask.dtype == pasted.dtype == np.uint8
    assert set(np.unique(pasted)) == {0, 1}
    inside = image[pasted == 1]
    assert inside[:, 0].min() > 120 and np.median(inside[:, 0]) == 255
    # Nothing of the background around the object is pasted along with it.
    assert image[..., 2].max() <= 9
    changed = (image != own[0]).any(-1)
    assert np.all(changed[pasted == 1])
    assert np.count_nonzero(changed & (pasted == 0)) < 2 * sum(box_of(pasted)) + 4
    for array, as_before in zip((*own, *other), before):
        np.testing.assert_array_equal(array, as_before)


def test_hidden_parts_leave_the_own_mask(own, other):
    hiding = 0
    for seed in range(20):
        _, mask, pasted = paste(own, other, seed)
        np.testing.assert_array_equal(mask, own[1] * (1 - pasted))
        hiding += mask.sum() < own[1].sum()
    assert 0 < hiding < 20


def test_the_same_generator_gives_the_same_picture(own, other):
    for array, again in zip(paste(own, other, 5), paste(own, other, 5)):
        np.testing.assert_array_equal(array, again)
    assert not np.array_equal(paste(own, other, 5)[2], paste(own, other, 6)[2])


@pytest.mark.parametrize("share", [0.3, 0.5, 1.0])
def test_scale_is_a_fraction_of_the_shorter_side(own, other, share):
    for seed in range(8):
        *_, pasted = paste(own, other, seed, scale=(share, share), most_hidden=1)
        height, width = box_of(pasted)
        # The outermost pixels fade out.
        assert 60 * share - 2 <= height <= 60 * share
        assert 30 * share - 2 <= width <= 30 * share


def test_scales_vary(own, other):
    heights = [box_of(paste(own, other, seed)[2])[0] for seed in range(40)]
    assert min(heights) < 24 and max(heights) > 42 and max(heights) <= 48


def test_half_of_the_objects_are_mirrored(own, other):
    other[0][10:30, 15:20] = (200, 0, 200)
    mirrored = 0
    for seed in range(40):
        image, _, pasted = paste(own, other, seed)
        columns = np.flatnonzero(pasted.any(0))
        middle = image[np.flatnonzero(pasted.any(1)).mean().astype(int)]
        mirrored += middle[columns[2], 2] > middle[columns[-3], 2]
    assert 10 < mirrored < 30


def test_the_edge_is_soft(other):
    plain = picture((60, 90), (0, 0, 0, 0), (9, 9, 9), GREEN)
    image, _, pasted = paste(plain, other, scale=(0.8, 0.8))
    (row, *_), (column, *_) = np.nonzero(pasted)
    edge = image[row + 10, column - 3 : column + 5, 0].astype(int)
    assert edge[0] == 9 and edge[-1] == 255
    assert 1 <= np.count_nonzero((edge > 9) & (edge < 255)) <= 3
    assert np.all(np.diff(edge) >= 0)


def test_void_of_the_other_is_not_pasted(own, other):
    other[0][10:30, 15:20] = BLUE
    other[1][10:30, 15:20] = VOID
    image, _, pasted = paste(own, other, scale=(0.5, 0.5))
    height, width = box_of(pasted)
    assert width <= height / 4 + 1
    assert image[..., 2].max() <= 9


def test_own_void_stays_but_where_it_is_hidden(own, other):
    own[1][20:] = VOID
    _, mask, pasted = paste(own, other)
    assert np.all(mask[pasted == 1] == 0)
    np.testing.assert_array_equal(mask[pasted == 0], own[1][pasted == 0])


def test_another_place_is_found_for_an_object_that_hides_too_much(other):
    own = picture((60, 60), (20, 20, 32, 32), (9, 9, 9), GREEN)
    most = 0
    for seed in range(60):
        _, mask, pasted = paste(own, other, seed, scale=(0.8, 0.8), tries=50)
        assert pasted.any()
        most = max(most, 1 - mask.sum() / own[1].sum())
    assert most <= 0.4
    hidden = [
        1 - paste(own, other, seed, scale=(0.8, 0.8), most_hidden=1)[1].sum() / 144
        for seed in range(60)
    ]
    assert max(hidden) > 0.5


def test_without_a_place_the_picture_stays(other):
    own = picture((20, 20), (0, 0, 20, 20), (9, 9, 9), GREEN)
    image, mask, pasted = paste(own, other, most_hidden=0)
    assert image is own[0] and mask is own[1] and not pasted.any()


@pytest.mark.parametrize("value", [0, VOID])
def test_without_an_object_the_picture_stays(own, other, value):
    other[1][other[1] == 1] = value
    image, mask, pasted = paste(own, other)
    assert image is own[0] and mask is own[1] and not pasted.any()


def test_an_object_of_one_pixel_is_no_error(own):
    dot = picture((9, 9), (4, 4, 5, 5), BLUE, RED)
    for seed in range(5):
        image, mask, pasted = paste(own, dot, seed, scale=(0.01, 0.05))
        assert image.shape == own[0].shape and mask.shape == pasted.shape


@pytest.mark.parametrize("scale", [(0, 0.5), (0.6, 0.5), (0.5, 1.1)])
def test_scale_out_of_range(own, other, scale):
    with pytest.raises(ValueError, match="`scale` must be.*Received: scale="):
        paste(own, other, scale=scale)


@pytest.mark.parametrize(
    "shape, box, expected",
    [
        ((100, 100), (0, 0, 40, 40), True),
        ((100, 100), (0, 0, 30, 30), False),  # fewer than 1,000 pixels
        ((100, 100), (0, 0, 90, 90), False),  # more than 60 %
        ((400, 400), (0, 0, 40, 40), False),  # less than 2 %
    ],
)
def test_which_objects_may_be_pasted(shape, box, expected):
    assert may_be_pasted(picture(shape, box, BLUE, RED)[1]) == expected


def test_objects_far_apart_and_void_may_not_be_pasted():
    _, mask = picture((100, 100), (0, 0, 30, 30), BLUE, RED)
    mask[90:, 90:] = 1
    assert mask.sum() == 1000 and not may_be_pasted(mask)
    _, mask = picture((100, 100), (0, 0, 40, 40), BLUE, RED)
    mask[:20] *= VOID
    assert not may_be_pasted(mask)
