"""What stands in the street: a house front and a tree."""

import numpy as np

from tfcoseg.samples.noise import fractal, lattice, step
from tfcoseg.samples.objects import wood
from tfcoseg.samples.scene import Thing
from tfcoseg.samples.sdf import capsule, ellipsoid, vector


def _panes(p):
    """Position of points in the window next to them: along x, and along y."""
    column = (p[0] + 40.3) % 2.6 - 1.3
    row = p[1] - np.where(p[1] > 3.0, 4.4, 1.75)
    return column, row


def house(z=-5.0, seed=0):
    """A brick front with two rows of sash windows along x."""

    def distance(p):
        column, row = _panes(p)
        opening = np.maximum(np.abs(column) - 0.55, np.abs(row) - 0.8)
        recess = np.minimum(-opening, p[2] - z + 0.14)
        sill = np.maximum(np.abs(column) - 0.66, np.abs(row + 0.86) - 0.06)
        sill = np.maximum(sill, p[2] - z - 0.08)
        return 0.7 * np.minimum(np.maximum(p[2] - z, recess), sill)

    def colour(p, normal):
        column, row = _panes(p)
        course = np.floor(p[1] / 0.075)
        along = p[0] / 0.225 + 0.5 * (course % 2)
        brick = np.floor(along)
        mortar = (along - brick < 0.06) | (p[1] / 0.075 - course < 0.16)
        tone = 0.75 + 0.4 * lattice(brick, course, seed=seed)
        stain = 0.75 + 0.5 * fractal(p[0] * 0.8, p[1] * 0.8, octaves=5, seed=seed + 1)
        wall = vector(0.20, 0.125, 0.09) * tone * stain
        wall = np.where(mortar, vector(0.30, 0.27, 0.23) * stain, wall)
        inner = (np.abs(column) < 0.545) & (np.abs(row) < 0.795)
        bars = (np.abs(column) < 0.03) | (np.abs(row) < 0.035)
        bars |= (np.abs(column) > 0.47) | (np.abs(row) > 0.72)
        curtain = step(0.1, 0.45, np.abs(column)) * 0.25
        glass = np.where(bars, 0.62, 0.03 + curtain * (row > -0.3)) * np.ones((3, 1))
        stone = vector(0.42, 0.39, 0.34) * stain
        is_sill = (np.abs(row + 0.86) < 0.07) & (np.abs(column) < 0.67)
        plinth = p[1] < 0.45
        return np.where(inner, glass, np.where(is_sill | plinth, stone, wall))

    def shine(p):
        column, row = _panes(p)
        return np.where((np.abs(column) < 0.47) & (np.abs(row) < 0.72), 0.8, 0.0)

    return Thing(distance, colour, (0.0, 2.0, z), 14.0, shine)


def tree(place, trunk=0.14, crown=(1.1, 1.3, 1.1), tall=2.9, seed=0):
    """A street tree: a trunk and a ragged ball of leaves."""
    x, y, z = place

    def parts(p):
        stem = capsule(p, place, (x + 0.1, tall, z), trunk, trunk * 0.6)
        leaves = ellipsoid(p, (x + 0.1, tall + 0.5, z), crown)
        near = leaves < 0.6
        if near.any():
            q = p[:, near]
            ragged = fractal(*(q * 2.6), octaves=5, seed=seed)
            leaves[near] += 1.5 * (ragged - 0.42)
        return stem, leaves + 0.05

    def distance(p):
        return 0.5 * np.min(parts(p), axis=0)

    def colour(p, normal):
        stem, leaves = parts(p)
        tone = 0.4 + fractal(*(p * 14), octaves=3, seed=seed + 1)
        green = vector(0.07, 0.115, 0.03) * tone
        return np.where(leaves < stem, green, wood(p[[1, 0, 2]], 3, (0.14, 0.12, 0.1)))

    return Thing(distance, colour, (x, tall * 0.65, z), tall)
