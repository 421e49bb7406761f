import numpy as np
import pytest

from tfcoseg.datasets.coco_coseg.segmentations import draw_segmentation


def inside(polygon, x, y):
    """Whether a ray to the left of (x, y) crosses the outline oddly often."""
    corners = list(zip(polygon[::2], polygon[1::2]))
    odd = False
    for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1]):
        if (y0 <= y < y1) or (y1 <= y < y0):
            odd ^= x0 + (y - y0) / (y1 - y0) * (x1 - x0) < x
    return odd


@pytest.mark.parametrize("seed", range(5))
def test_a_pixel_belongs_to_a_polygon_if_its_centre_does(seed):
    # Corners also lie outside the picture, and the outline crosses itself.
    polygon = np.random.default_rng(seed).uniform(-5, 25, 14).tolist()
    expected = [
        [inside(polygon, x + 0.5, y + 0.5) for x in range(20)] for y in range(15)
    ]
    np.testing.assert_array_equal(draw_segmentation([polygon], 15, 20), expected)


def test_parts_are_joined_also_where_they_overlap():
    left, right = [1, 1, 5, 1, 5, 4, 1, 4], [3, 2, 8, 2, 8, 6, 3, 6]
    expected = np.zeros((7, 9), bool)
    expected[1:4, 1:5] = True
    expected[2:6, 3:8] = True
    np.testing.assert_array_equal(draw_segmentation([left, right], 7, 9), expected)


def test_whole_numbers_are_the_pixels_corners_on_both_sides():
    mask = draw_segmentation([[0, 0, 4, 0, 4, 3, 0, 3]], 3, 4)
    assert mask.all()
    assert not draw_segmentation([[4, 0, 8, 0, 8, 3, 4, 3]], 3, 4).any()


def test_runs_go_down_the_columns():
    mask = draw_segmentation({"size": [2, 3], "counts": [1, 2, 3]}, 2, 3)
    np.testing.assert_array_equal(mask, [[False, True, False], [True, False, False]])


@pytest.mark.parametrize("counts", [[1, 2, 4], [1, 2]])
def test_runs_of_another_size(counts):
    with pytest.raises(ValueError, match=r"picture's size, 2 x 3\. Received: size"):
        draw_segmentation({"size": [2, 3], "counts": counts}, 2, 3)


def test_compressed_runs():
    with pytest.raises(ValueError, match="Received: compressed run lengths, 'abc'"):
        draw_segmentation({"size": [2, 3], "counts": "abc"}, 2, 3)


@pytest.mark.parametrize("radius, least", [(8, 0.97), (32, 0.99), (200, 0.998)])
def test_agreement_with_pycocotools(radius, least):
    coco = pytest.importorskip("pycocotools.mask", reason="needs pycocotools")
    generator = np.random.default_rng(radius)
    both = either = ours = theirs = 0
    for _ in range(40):
        angles = np.sort(generator.uniform(0, 2 * np.pi, generator.integers(12, 80)))
        radii = radius * generator.uniform(0.6, 1.0, len(angles))
        x = (generator.uniform(0, 640) + radii * np.cos(angles)).clip(0, 640)
        y = (generator.uniform(0, 480) + radii * np.sin(angles)).clip(0, 480)
        polygon = np.stack([x, y], axis=1).round(2).ravel().tolist()
        mask = draw_segmentation([polygon], 480, 640)
        runs = coco.merge(coco.frPyObjects([polygon], 480, 640))
        expected = coco.decode(runs).astype(bool)
        both, either = both + (mask & expected).sum(), either + (mask | expected).sum()
        ours, theirs = ours + mask.sum(), theirs + expected.sum()
    assert both / either >= least
    assert abs(ours / theirs - 1) < 0.005
