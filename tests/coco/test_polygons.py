"""Outlines, drawn again by counting crossings, and by COCO's own drawing."""

import numpy as np
import pytest

from tfcoseg.coco import polygons
from tfcoseg.datasets.coco_coseg.segmentations import draw_segmentation


def disc(radius, size=(120, 160), centre=(60, 80)):
    rows, columns = np.ogrid[: size[0], : size[1]]
    distance = (rows + 0.5 - centre[0]) ** 2 + (columns + 0.5 - centre[1]) ** 2
    return distance < radius**2


def drawn(outer, holes, size):
    mask = draw_segmentation(outer, *size)
    return mask & ~draw_segmentation(holes, *size)


def iou(a, b):
    return (a & b).sum() / (a | b).sum()


@pytest.mark.parametrize("seed", range(20))
def test_all_corners_draw_the_same_mask(seed):
    generator = np.random.default_rng(seed)
    size = generator.integers(1, 30, 2)
    mask = generator.random(size) < generator.random()
    again = np.zeros(size, bool)
    # Parts inside holes inside parts: each outline turns what it holds over.
    for polygon in sum(polygons(mask, tolerance=0), []):
        again ^= draw_segmentation([polygon], *size)
    np.testing.assert_array_equal(again, mask)


def test_a_pixel_is_a_square_and_touching_corners_join_nothing():
    mask = np.array([[1, 0], [0, 1]])
    outer, holes = polygons(mask)
    assert holes == [] and len(outer) == 2
    corners = {tuple(map(tuple, np.reshape(polygon, (-1, 2)))) for polygon in outer}
    first = {(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)}
    assert {frozenset(ring) for ring in corners} == {
        frozenset(first),
        frozenset((x + 1, y + 1) for x, y in first),
    }


def test_straight_lines_have_no_corners_between():
    mask = np.zeros((9, 9), bool)
    mask[2:7, 1:8] = True
    (outer,), holes = polygons(mask, tolerance=0)
    assert holes == [] and len(outer) == 8
    assert set(zip(outer[::2], outer[1::2])) == {(1, 2), (8, 2), (8, 7), (1, 7)}


def test_holes_are_told_apart_and_the_largest_part_is_first():
    mask = disc(50) & ~disc(20)
    mask[:8, :9] = True
    outer, holes = polygons(mask)
    assert len(outer) == 2 and len(holes) == 1
    assert max(outer[0]) > 100 and max(outer[1]) == 9
    assert iou(drawn(outer, holes, mask.shape), mask) > 0.98


@pytest.mark.parametrize("tolerance, most, least", [(0.75, 80, 0.985), (3, 20, 0.94)])
def test_fewer_corners_stay_within_the_tolerance(tolerance, most, least):
    mask = disc(50)
    (every,), _ = polygons(mask, 0)
    (few,), _ = polygons(mask, tolerance)
    assert len(few) / 2 < most < len(every) / 2
    assert iou(drawn([few], [], mask.shape), mask) > least
    kept = np.reshape(few, (-1, 2))
    ends = np.roll(kept, -1, axis=0)
    for corner in np.reshape(every, (-1, 2)):
        along = ends - kept
        share = np.sum((corner - kept) * along, 1) / np.sum(along**2, 1)
        nearest = kept + np.clip(share, 0, 1)[:, None] * along
        assert np.min(np.hypot(*(corner - nearest).T)) <= tolerance + 1e-9


def test_coco_draws_them():
    coco = pytest.importorskip("pycocotools.mask", reason="needs pycocotools")
    mask = disc(40)
    outer, _ = polygons(mask)
    runs = coco.merge(coco.frPyObjects(outer, *mask.shape))
    assert iou(coco.decode(runs).astype(bool), mask) > 0.97


def test_nothing_and_everything():
    assert polygons(np.zeros((4, 5))) == ([], [])
    (outer,), holes = polygons(np.full((4, 5), 255, np.uint8))
    assert holes == [] and sorted(zip(outer[::2], outer[1::2])) == [
        *((0, 0), (0, 4)),
        *((5, 0), (5, 4)),
    ]


def test_a_mask_of_another_rank():
    with pytest.raises(ValueError, match=r"Received: shape=\(4,\)"):
        polygons(np.zeros(4))
