"""A small sphere tracer: what a camera sees of a scene.

Every pixel depends on the scene and its own position only, so any rows of a picture can
be drawn alone and are the same as in the whole.
"""

import math

import numpy as np

from tfcoseg.samples.light import gradient, shade
from tfcoseg.samples.noise import lattice
from tfcoseg.samples.scene import FAR, Ground, Scene, Thing, span
from tfcoseg.samples.sdf import normalize, vector

SAMPLES = 2  # rays per pixel along each axis


def _rays(scene: Scene, rows: np.ndarray) -> np.ndarray:
    """Directions (3, n) of the rays of some rows, sub-pixels innermost."""
    height, width = scene.size
    offset = (np.arange(SAMPLES) + 0.5) / SAMPLES
    y = rows.reshape(-1, 1, 1, 1) + offset.reshape(1, 1, -1, 1)
    x = np.arange(width).reshape(1, -1, 1, 1) + offset.reshape(1, 1, 1, -1)
    u, v = np.broadcast_arrays(
        (x - width / 2) / width / scene.focal, (height / 2 - y) / width / scene.focal
    )
    forward = normalize(vector(*scene.target) - vector(*scene.eye))
    right = normalize(vector(-forward[2, 0], 0.0, forward[0, 0]))
    up = vector(*np.cross(right[:, 0], forward[:, 0]))
    return normalize(forward + right * u.reshape(1, -1) + up * v.reshape(1, -1))


def _march(thing: Thing, origin: np.ndarray, direction: np.ndarray, steps: int = 160):
    """Distance along each ray to a thing, FAR where it is missed."""
    t, end = span(thing, origin, direction)
    found = np.full(t.shape, FAR)
    alive = np.nonzero(t < end)[0]
    for _ in range(steps):
        if not alive.size:
            break
        at = origin if origin.shape[1] == 1 else origin[:, alive]
        gap = thing.distance(at + direction[:, alive] * t[alive])
        hit = gap < 0.0006 + 0.0002 * t[alive]
        found[alive[hit]] = t[alive[hit]]
        t[alive] += gap
        alive = alive[~hit & (t[alive] < end[alive])]
    return found


def _land(ground: Ground, eye: np.ndarray, direction: np.ndarray, steps: int = 48):
    """Distance along rays from `eye` to the relief of the ground."""
    down = np.minimum(direction[1], -1e-6)
    flat = np.where(direction[1] < 0, -eye[1] / down, FAR)
    t = np.where(direction[1] < 0, (ground.top - eye[1]) / down, FAR)
    near = np.nonzero(t < ground.relief_range)[0]
    stride = (flat[near] - t[near]) / steps
    found = flat.copy()
    for k in range(steps):
        at = t[near] + stride * (k + 1)
        p = eye + direction[:, near] * at
        hit = p[1] <= ground.height(p[0], p[2], p[1])
        found[near[hit]] = at[hit]
        near, stride = near[~hit], stride[~hit]
    return found


def _look(scene: Scene, direction: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Light along each ray, and whether it meets the common object."""
    eye = vector(*scene.eye)
    depths = [_march(thing, eye, direction) for thing in scene.things]
    depths.append(_land(scene.ground, eye, direction))
    nearest = np.argmin(depths, axis=0)
    depth = np.min(depths, axis=0)
    nearest[depth > 400.0] = -1
    light, is_object = scene.sky(direction), np.zeros(depth.shape, bool)
    for index in range(len(depths)):
        rays = np.nonzero(nearest == index)[0]
        if not rays.size:
            continue
        view = direction[:, rays]
        p = eye + view * depth[rays]
        if index == len(scene.things):
            albedo, own, normal = scene.ground.colour(p, view, scene.sky)
            shine = np.zeros(rays.size)
        else:
            thing = scene.things[index]
            is_object[rays] = thing.is_object
            normal, own = gradient(thing, p), 0.0
            albedo, shine = thing.colour(p, normal), thing.shine(p)
        lit = shade(scene, p, normal, view, albedo, shine) + own
        veil = 1.0 - 2.0 ** (-scene.haze * depth[rays])
        light[:, rays] = lit + (vector(*scene.haze_colour) - lit) * veil
    return light, is_object


def _develop(scene: Scene, light: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Film: exposure, a soft shoulder, vignette, gamma and grain."""
    height, width = scene.size
    y, x = np.meshgrid(rows, np.arange(width), indexing="ij")
    radius = ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2) * 2.0
    light = light * scene.exposure * (1.0 - 0.22 * radius[..., None])
    light = np.clip(light, 0.0, None)
    film = light * (2.51 * light + 0.03) / (light * (2.43 * light + 0.59) + 0.14)
    tone = np.clip(film, 0.0, 1.0) ** (1.0 / 2.2)
    grain = sum(lattice(x, y, seed=70 + k) for k in range(3)) - 1.5
    tint = np.stack([lattice(x, y, seed=80 + k) - 0.5 for k in range(3)], axis=-1)
    tone = tone + scene.grain * (grain[..., None] + 0.6 * tint)
    return np.rint(np.clip(tone, 0.0, 1.0) * 255.0).astype(np.uint8)


def render(scene: Scene, rows=None) -> tuple[np.ndarray, np.ndarray]:
    """Draw some rows of a scene (all by default).

    Returns:
        The picture, uint8 (rows, width, 3), and the true mask of the common object,
        uint8: 255 where at least half of the pixel's rays meet it, else 0.
    """
    height, width = scene.size
    rows = np.arange(height) if rows is None else np.asarray(rows)
    pictures, masks = [], []
    for band in np.array_split(rows, math.ceil(len(rows) / 40)):
        light, is_object = _look(scene, _rays(scene, band))
        light = light.reshape(3, len(band), width, -1).mean(axis=-1)
        share = is_object.reshape(len(band), width, -1).mean(axis=-1)
        pictures.append(_develop(scene, np.moveaxis(light, 0, -1), band))
        masks.append(np.where(share >= 0.5, 255, 0).astype(np.uint8))
    return np.concatenate(pictures), np.concatenate(masks)
