"""How bright the points of a scene are: sun, shadows, sky, mirrors."""

import numpy as np

from tfcoseg.samples.scene import Scene, Thing, span
from tfcoseg.samples.sdf import dot, length, normalize, vector


def _sunshine(scene: Scene, p: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """Share of the sun that reaches each point, with soft edges."""
    sun = normalize(vector(*scene.sun)) * np.ones((1, p.shape[1]))
    start = p + normal * 0.015
    light = np.ones(p.shape[1])
    for thing in scene.things:
        t, end = span(thing, start, sun)
        t = np.maximum(t, 0.01)
        alive = np.nonzero(t < end)[0]
        for _ in range(60):
            if not alive.size:
                break
            gap = thing.distance(start[:, alive] + sun[:, alive] * t[alive])
            light[alive] = np.minimum(light[alive], 0.5 + 14.0 * gap / t[alive])
            t[alive] += np.clip(gap, 0.012, 0.3)
            alive = alive[(light[alive] > 0.0) & (t[alive] < end[alive])]
    light = np.clip(light, 0.0, 1.0)
    return light * light * (3.0 - 2.0 * light)


def _openness(scene: Scene, p: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """Ambient occlusion: how freely each point sees the sky, in 0..1."""
    closed = np.zeros(p.shape[1])
    for reach in (0.03, 0.08, 0.18, 0.4):
        q = p + normal * reach
        gap = np.maximum(q[1], 0.0)
        for thing in scene.things:
            margin = length(q - vector(*thing.centre)) - thing.radius
            near = margin < 0.4
            if near.any():
                gap[near] = np.minimum(gap[near], thing.distance(q[:, near]))
        closed += 0.34 * np.clip(1.0 - gap / reach, 0.0, 1.0)
    return np.clip(1.0 - closed, 0.08, 1.0)


def gradient(thing: Thing, p: np.ndarray) -> np.ndarray:
    """Gradient of a distance field, from the corners of a small tetrahedron."""
    total = 0.0
    for corner in ((1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)):
        total = total + vector(*corner) * thing.distance(p + 0.003 * vector(*corner))
    return normalize(total)


def shade(scene: Scene, p, normal, view, albedo, shine) -> np.ndarray:
    """Sun, sky, light thrown back by the ground, and a mirrored sky where it shines."""
    sun = normalize(vector(*scene.sun))
    facing = np.clip((dot(normal, sun) + 0.12) / 1.12, 0.0, 1.0)
    direct = vector(*scene.sunlight) * facing * _sunshine(scene, p, normal)
    open_sky = _openness(scene, p, normal)
    ambient = vector(*scene.skylight) * (0.55 + 0.45 * normal[1]) * open_sky
    bounce = vector(0.20, 0.19, 0.12) * np.clip(0.4 - 0.6 * normal[1], 0, 1) * open_sky
    light = albedo * (direct + ambient + bounce)
    glossy = np.nonzero(shine > 0)[0]
    if glossy.size:
        n, v = normal[:, glossy], view[:, glossy]
        mirrored = v - 2.0 * dot(n, v) * n
        fresnel = 0.06 + 0.94 * (1.0 - np.clip(-dot(n, v), 0, 1)) ** 5
        glint = np.clip(dot(mirrored, sun), 0, 1) ** 180 * direct.mean(axis=0)[glossy]
        above = np.where(mirrored[1] > 0, open_sky[glossy], 0.25 * open_sky[glossy])
        up = np.stack([mirrored[0], np.abs(mirrored[1]) + 0.02, mirrored[2]])
        mirror = scene.sky(up) * above + 8.0 * glint
        light[:, glossy] += shine[glossy] * fresnel * mirror
    return light
