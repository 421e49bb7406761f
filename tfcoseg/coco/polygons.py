"""The outlines of a mask as polygons."""

import numpy as np

# Right, down, left, up, as (x, y); y grows downwards.
_STEPS = ((1, 0), (0, 1), (-1, 0), (0, -1))


def polygons(
    mask: np.ndarray, tolerance: float = 1.0
) -> tuple[list[list[float]], list[list[float]]]:
    """The outlines of the parts of a mask, and those of the holes in them.

    Outlines run along the edges of pixels: a mask of the one pixel in the corner is the
    square from 0 to 1. Parts that touch at a corner only are two.

    Args:
        mask: (height, width) of bool, or of numbers of which 0 is background.
        tolerance: how far, in pixels, an outline may pass a corner of the pixels by,
            so that it has fewer of them (Douglas and Peucker, 1973); 0 for all corners,
            which a part too small to do without keeps anyway.

    Returns:
        (outer, holes): each a list of polygons [x, y, x, y, ...] in pixels from the
        upper left corner of the picture, largest first. COCO's `segmentation` takes the
        first of the two and knows no holes.

    Example:

    >>> ring = np.ones((3, 3))
    >>> ring[1, 1] = 0
    >>> outer, holes = polygons(ring)
    >>> outer
    [[0.0, 0.0, 3.0, 0.0, 3.0, 3.0, 0.0, 3.0]]
    >>> len(holes)
    1
    """
    if mask.ndim != 2:
        raise ValueError(
            f"`mask` must have the shape (height, width). Received: shape={mask.shape}"
        )
    found: tuple[list, list] = ([], [])
    for corners in _rings(np.pad(np.asarray(mask, bool), 1)):
        points = np.array(corners, float) - 1
        area = _signed_area(points)
        simpler = simplified(points, tolerance)
        points = simpler if len(simpler) > 2 else points
        found[int(area < 0)].append((abs(area), points.ravel().tolist()))
    outer, holes = (
        [polygon for _, polygon in sorted(kind, key=lambda pair: -pair[0])]
        for kind in found
    )
    return outer, holes


def simplified(points: np.ndarray, tolerance: float) -> np.ndarray:
    """The corners of a closed outline without those that hardly matter.

    Args:
        points: (n, 2) of float; the last is joined to the first.
        tolerance: the greatest distance of a left-out corner from the new outline.

    Returns:
        Some of the points, in their order.
    """
    if len(points) < 4 or tolerance <= 0:
        return points
    # A ring has no ends: its first corner and the one farthest from it serve as such.
    far = int(np.argmax(np.sum((points - points[0]) ** 2, axis=1)))
    closed = np.concatenate([points, points[:1]])
    keep = np.zeros(len(closed), bool)
    keep[[0, far, -1]] = True
    parts = [(0, far), (far, len(points))]
    while parts:
        start, end = parts.pop()
        if end - start < 2:
            continue
        distances = _distances(closed[start + 1 : end], closed[start], closed[end])
        worst = int(np.argmax(distances))
        if distances[worst] > tolerance:
            middle = start + 1 + worst
            keep[middle] = True
            parts += [(start, middle), (middle, end)]
    return points[keep[:-1]]


def _distances(points, start, end):
    """How far points are from the stretch between two others."""
    along = end - start
    length = along @ along
    share = np.clip((points - start) @ along / length, 0, 1) if length else 0.0
    nearest = start + np.multiply.outer(share, along)
    return np.sqrt(np.sum((points - nearest) ** 2, axis=1))


def _rings(mask):
    """The corners of each outline: the object lies to the right of the way."""
    ways = _ways(mask)
    while ways:
        position = next(iter(ways))
        direction = min(ways[position])
        corners, last = [], None
        while position in ways and direction in ways[position]:
            ways[position].discard(direction)
            if not ways[position]:
                del ways[position]
            if direction != last:
                corners.append(position)
            step, last = _STEPS[direction], direction
            position = position[0] + step[0], position[1] + step[1]
            # Where two parts touch, turning right stays with the same one.
            turns = ((direction + turn) % 4 for turn in (1, 0, 3))
            left = ways.get(position, ())
            direction = next((turn for turn in turns if turn in left), direction)
        # The start lies on a straight stretch where the way comes back as it left.
        yield corners[1:] if last == _direction(corners) else corners


def _direction(corners):
    """The direction of the way from the first corner to the second."""
    (x0, y0), (x1, y1) = corners[:2]
    return _STEPS.index((int(np.sign(x1 - x0)), int(np.sign(y1 - y0))))


def _ways(mask):
    """{corner of a pixel: directions in which an outline leaves it}."""
    ways: dict[tuple[int, int], set[int]] = {}
    numbers = mask.astype(np.int8)
    down, across = np.diff(numbers, axis=0), np.diff(numbers)
    # (edges, direction, how the edge's start lies to the pixel before it)
    kinds = (
        (down == 1, 0, (0, 1)),  # the object begins below: go right
        (down == -1, 2, (1, 1)),  # it ends: go left
        (across == -1, 1, (1, 0)),  # it ends to the right: go down
        (across == 1, 3, (1, 1)),
    )
    for edges, direction, (x, y) in kinds:
        for row, column in np.argwhere(edges).tolist():
            ways.setdefault((column + x, row + y), set()).add(direction)
    return ways


def _signed_area(points):
    """Positive where a ring runs clockwise on the screen, as that of a part does."""
    x, y = points.T
    return (x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2
