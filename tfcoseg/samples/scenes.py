"""The three sample scenes."""

from tfcoseg.samples.car import car
from tfcoseg.samples.objects import barrel, boat, boulder, fence
from tfcoseg.samples.scene import Scene
from tfcoseg.samples.sheep import Pose, sheep
from tfcoseg.samples.surroundings import beach, clouds, grass, ridge, street
from tfcoseg.samples.town import house, tree


def _meadow_sky(direction):
    light = clouds(direction, (0.10, 0.24, 0.56), (0.62, 0.74, 0.86), 0.56, seed=4)
    far = ((0.20, 0.29, 0.36), (0.30, 0.40, 0.44))
    light = ridge(direction, light, 0.03, 0.14, 1.3, far, seed=11)
    middle = ((0.09, 0.16, 0.10), (0.24, 0.33, 0.16))
    light = ridge(direction, light, 0.008, 0.075, 1.7, middle, seed=23, trees=0.012)
    near = ((0.055, 0.10, 0.03), (0.20, 0.26, 0.07))
    return ridge(direction, light, -0.03, 0.06, 1.1, near, seed=37, trees=0.02)


def sheep_meadow() -> Scene:
    """A sheep that looks at us on a meadow, before a wooden fence and hills."""
    pose = Pose(
        place=(-0.12, 0.0, 0.0), yaw=-28.0, head_yaw=35.0, head_pitch=22.0, seed=2
    )
    rock = boulder((1.62, 0.12, -0.75), (0.42, 0.30, 0.36), seed=5)
    return Scene(
        size=(360, 480),
        things=(sheep(pose), fence(), rock),
        ground=grass(seed=3),
        sky=_meadow_sky,
        eye=(0.25, 1.30, 3.6),
        target=(0.14, 0.83, 0.0),
        focal=1.40,
        sun=(-0.62, 0.75, 0.55),
        sunlight=(2.6, 2.35, 1.95),
        skylight=(0.42, 0.52, 0.72),
        haze=0.003,
        exposure=0.62,
        haze_colour=(0.55, 0.66, 0.76),
    )


def _coast_sky(direction):
    light = clouds(direction, (0.16, 0.30, 0.55), (0.78, 0.79, 0.78), 0.56, seed=33)
    cliff = ((0.16, 0.17, 0.18), (0.30, 0.30, 0.27))
    return ridge(direction, light, -0.05, 0.13, 2.1, cliff, seed=52)


def sheep_coast() -> Scene:
    """A sheep grazing at weed on a beach, before a boat, rocks and the sea."""
    pose = Pose(
        place=(0.05, 0.0, 0.0),
        yaw=203.0,
        head=(0.79, 0.68, -0.12),
        head_yaw=-38.0,
        head_pitch=42.0,
        stride=(0.12, -0.08, -0.10, 0.08),
        seed=12,
        wool=(0.74, 0.70, 0.62),
        skin=(0.05, 0.042, 0.036),
    )
    things = (
        sheep(pose),
        boat((2.0, -0.06, -4.6), 27.0, 1.0),
        boulder((-2.3, 0.1, -3.0), (0.8, 0.5, 0.55), seed=9, tone=(0.2, 0.19, 0.18)),
        boulder((-3.3, 0.1, -3.9), (1.0, 0.75, 0.7), seed=15, tone=(0.2, 0.19, 0.18)),
        barrel((-1.42, 0.0, -1.9)),
    )
    return Scene(
        size=(384, 512),
        things=things,
        ground=beach(seed=40),
        sky=_coast_sky,
        eye=(-0.5, 1.40, 4.1),
        target=(0.02, 0.80, 0.0),
        focal=1.5,
        sun=(0.7, 0.62, 0.42),
        sunlight=(2.2, 2.0, 1.7),
        skylight=(0.60, 0.66, 0.76),
        haze=0.006,
        exposure=0.66,
        haze_colour=(0.72, 0.75, 0.77),
    )


def _street_sky(direction):
    return clouds(direction, (0.14, 0.28, 0.58), (0.70, 0.77, 0.84), 0.5, seed=61)


def car_street() -> Scene:
    """A red car parked in a street, before a brick house and a tree: no sheep."""
    things = (
        car((-0.1, 0.0, -0.6), -32.0),
        house(-5.6, seed=4),
        tree((-3.1, 0.0, -3.6), seed=8),
    )
    return Scene(
        size=(360, 480),
        things=things,
        ground=street(seed=70),
        sky=_street_sky,
        eye=(0.9, 1.55, 5.6),
        target=(-0.1, 0.95, -0.6),
        focal=1.25,
        sun=(0.55, 0.8, 0.7),
        sunlight=(2.5, 2.25, 1.9),
        skylight=(0.48, 0.55, 0.68),
        exposure=0.8,
    )
