"""Signed distance fields: solids as functions from points (3, n) to distances (n,).

Lengths are metres, y points up. Only sums, products, minima and square roots are used,
so every machine draws the same outlines.
"""

import math

import numpy as np


def vector(*values: float) -> np.ndarray:
    """A column (3, 1) that broadcasts against points (3, n)."""
    return np.array(values, float).reshape(3, 1)


def length(v: np.ndarray) -> np.ndarray:
    return np.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2])


def dot(v: np.ndarray, w: np.ndarray) -> np.ndarray:
    return v[0] * w[0] + v[1] * w[1] + v[2] * w[2]


def normalize(v: np.ndarray) -> np.ndarray:
    return v / np.maximum(length(v), 1e-12)


def turn(p: np.ndarray, degrees: float, axis: str = "y") -> np.ndarray:
    """Points turned by `degrees` about one of the axes."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    x, y, z = p
    if axis == "y":
        return np.stack([c * x + s * z, y, c * z - s * x])
    if axis == "z":
        return np.stack([c * x - s * y, s * x + c * y, z])
    return np.stack([x, c * y - s * z, s * y + c * z])


def ball(p: np.ndarray, centre: tuple, radius: float) -> np.ndarray:
    return length(p - vector(*centre)) - radius


def ellipsoid(p: np.ndarray, centre: tuple, radii: tuple) -> np.ndarray:
    """First-order distance to an ellipsoid; exact on its surface."""
    q = p - vector(*centre)
    near = length(q / vector(*radii))
    far = length(q / (vector(*radii) * vector(*radii)))
    return near * (near - 1.0) / np.maximum(far, 1e-9)


def capsule(
    p: np.ndarray, start: tuple, end: tuple, radius: float, end_radius: float
) -> np.ndarray:
    """A rod with round ends whose radius changes along its length."""
    axis = vector(*end) - vector(*start)
    q = p - vector(*start)
    along = np.clip(dot(q, axis) / dot(axis, axis), 0.0, 1.0)
    return length(q - axis * along) - (radius + (end_radius - radius) * along)


def box(p: np.ndarray, centre: tuple, half: tuple, rounding: float = 0.0):
    """A box given by its half extents, its edges rounded off."""
    q = np.abs(p - vector(*centre)) - vector(*half) + rounding
    inside = np.minimum(np.max(q, axis=0), 0.0)
    return length(np.maximum(q, 0.0)) + inside - rounding


def wheel(p: np.ndarray, centre: tuple, radius: float, half_width: float):
    """A cylinder whose axis points along z."""
    q = p - vector(*centre)
    radial = np.sqrt(q[0] * q[0] + q[1] * q[1]) - radius
    axial = np.abs(q[2]) - half_width
    outside = np.sqrt(np.maximum(radial, 0.0) ** 2 + np.maximum(axial, 0.0) ** 2)
    return np.minimum(np.maximum(radial, axial), 0.0) + outside


def blend(first: np.ndarray, second: np.ndarray, width: float) -> np.ndarray:
    """Union whose seam is filled smoothly over `width` metres."""
    h = np.maximum(width - np.abs(first - second), 0.0) / width
    return np.minimum(first, second) - h * h * width * 0.25
