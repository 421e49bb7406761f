"""A red hatchback: rounded body, glass, four wheels, lamps and a number plate."""

import numpy as np

from tfcoseg.samples.noise import fractal
from tfcoseg.samples.scene import Thing
from tfcoseg.samples.sdf import blend, box, dot, turn, vector, wheel

PAINT, GLASS, TYRE, RIM, LAMP, DARK, PLATE = range(7)
_AXLES = ((1.22, 0.68), (1.22, -0.68), (-1.22, 0.68), (-1.22, -0.68))


def _slab(p, normal, reach):
    """A half space: the side of a plane that faces away from `normal`."""
    n = vector(*normal)
    return dot(p, n / np.sqrt(dot(n, n))) - reach


def _cabin(p, inset=0.0):
    """The tapered upper body, cut by the slopes of wind screen, tail and sides."""
    d = box(p, (-0.25, 1.0, 0), (1.45, 0.46, 0.74), 0.12)
    for normal, reach in (
        ((0.78, 1.0, 0), 1.31),
        ((-1.0, 0.52, 0), 1.86),
        ((0, 0.35, 1), 1.01),
        ((0, 0.35, -1), 1.01),
    ):
        cut = _slab(p, normal, reach - inset)
        d = -blend(-d, -cut, 0.06)
    return np.maximum(d, p[1] - 1.44 + inset)


def _body(p):
    lower = box(p, (0, 0.58, 0), (1.95, 0.30, 0.82), 0.16)
    bonnet = _slab(p, (0.14, 1, 0), 0.99)
    lower = -blend(-lower, -bonnet, 0.1)
    d = blend(lower, _cabin(p), 0.07)
    for x, z in _AXLES:
        d = np.maximum(d, -wheel(p, (x, 0.32, z * 1.15), 0.385, 0.24))
    seam = np.minimum(np.abs(p[0] - 0.62), np.abs(p[0] + 0.52))
    groove = (seam < 0.012) & (p[1] > 0.4) & (np.abs(p[2]) > 0.5)
    return d + 0.012 * groove


def _windows(p):
    """Where the cabin's skin is glass."""
    x, y, z = p
    pane = (y > 0.93) & (y < 1.35)
    pillar = (np.abs(x + 0.45) < 0.05) | (x < -1.15 - 0.4 * (1.2 - y))
    pillar |= x > 0.86 - 1.05 * (y - 0.93)
    side = pane & ~pillar & (np.abs(z) > 0.55)
    front = pane & (x > 0.25) & (np.abs(z) < 0.60 - 0.22 * (y - 0.93))
    back = pane & (x < -1.2) & (np.abs(z) < 0.56)
    return side | front | back


def _parts(p):
    tyre, rim = np.inf, np.inf
    for x, z in _AXLES:
        outer = wheel(p, (x, 0.32, z), 0.29, 0.09) - 0.03
        hub = wheel(p, (x, 0.32, z), 0.20, 0.124)
        q = p - vector(x, 0.32, z)
        angle = np.abs((np.arctan2(q[1], q[0]) * 5 / np.pi) % 2.0 - 1.0)
        radius = np.sqrt(q[0] ** 2 + q[1] ** 2)
        hole = (angle < 0.55) & (radius > 0.07) & (radius < 0.17)
        tyre, rim = np.minimum(tyre, outer), np.minimum(rim, hub + 0.02 * hole)
    mirror = np.minimum(
        box(p, (0.62, 0.98, 0.90), (0.07, 0.06, 0.09), 0.04),
        box(p, (0.62, 0.98, -0.90), (0.07, 0.06, 0.09), 0.04),
    )
    lamps = np.minimum(
        box(p, (1.86, 0.68, 0.56), (0.075, 0.075, 0.19), 0.05),
        box(p, (1.86, 0.68, -0.56), (0.075, 0.075, 0.19), 0.05),
    )
    grille = box(p, (1.93, 0.46, 0), (0.035, 0.07, 0.52), 0.02)
    plate = box(p, (1.965, 0.50, 0), (0.015, 0.055, 0.25), 0.005)
    floor = box(p, (0, 0.36, 0), (1.75, 0.14, 0.6), 0.02)
    body = np.minimum(_body(p), mirror)
    return [body, tyre, rim, lamps, np.minimum(grille, floor), plate]


def car(place, yaw, paint=(0.42, 0.012, 0.012)):
    """A car 3.9 m long; at yaw 0 it points along x."""

    def local(p):
        return turn(p - vector(*place), -yaw)

    def distance(p):
        return 0.8 * np.min(_parts(local(p)), axis=0)

    def part(q):
        kind = np.argmin(_parts(q), axis=0)
        kind = np.choose(kind, [PAINT, TYRE, RIM, LAMP, DARK, PLATE])
        return np.where((kind == PAINT) & _windows(q), GLASS, kind)

    def colour(p, normal):
        q = local(p)
        dust = 0.9 + 0.25 * fractal(*(q * 3), seed=5)
        red = vector(*paint) * dust
        tones = [(0.012,) * 3, (0.02,) * 3, (0.38,) * 3, (0.33,) * 3, (0.012,) * 3]
        letters = (np.abs((q[2] * 14) % 1.0 - 0.5) < 0.3) & (np.abs(q[1] - 0.5) < 0.03)
        plate = np.where(letters, 0.03, 0.6) * np.ones((3, 1))
        ones = np.ones((1, q.shape[1]))
        return np.choose(part(q), [red] + [vector(*t) * ones for t in tones] + [plate])

    def shine(p):
        return np.choose(part(local(p)), [0.9, 1.6, 0.05, 0.7, 2.5, 0.1, 0.2])

    x, y, z = place
    return Thing(distance, colour, (x, y + 0.7, z), 2.25, shine)
