"""What a scene is made of: solids, a ground, a sky, a camera and a sun."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tfcoseg.samples.sdf import dot, vector

FAR = 1e9


@dataclass(frozen=True)
class Thing:
    """A solid: its distance field, its colours, and a ball that holds all of it."""

    distance: Callable
    colour: Callable
    centre: tuple
    radius: float
    shine: Callable = lambda p: np.zeros(p.shape[1])
    is_object: bool = False


@dataclass(frozen=True)
class Ground:
    """The plane y = 0 under a relief at most `top` high.

    `height(x, z, y)` is the relief, leaning with y; `colour(p, view, sky)` returns
    albedo, light of its own (reflections) and normal, each (3, n).
    """

    height: Callable
    colour: Callable
    top: float
    relief_range: float = 14.0


@dataclass(frozen=True)
class Scene:
    """All that is in a picture; `sky(directions)` also paints what stands far away."""

    size: tuple  # height, width
    things: Sequence[Thing]
    ground: Ground
    sky: Callable
    eye: tuple
    target: tuple
    focal: float  # in picture widths
    sun: tuple
    sunlight: tuple
    skylight: tuple
    haze: float = 0.0
    haze_colour: tuple = (0.6, 0.7, 0.8)
    exposure: float = 1.0
    grain: float = 0.012


def span(thing: Thing, origin: np.ndarray, direction: np.ndarray) -> tuple:
    """Where rays enter and leave the ball round a thing; entry > exit for a miss."""
    to_centre = vector(*thing.centre) - origin
    middle = dot(to_centre, direction)
    square = thing.radius**2 - (dot(to_centre, to_centre) - middle * middle)
    half = np.sqrt(np.maximum(square, 0.0))
    return np.where(square > 0, np.maximum(middle - half, 0.0), FAR), middle + half
