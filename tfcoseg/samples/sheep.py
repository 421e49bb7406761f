"""A sheep: woolly displaced body, dark bare head with ears and eyes, four legs."""

from dataclasses import dataclass

import numpy as np

from tfcoseg.samples.noise import fractal, step, value_noise
from tfcoseg.samples.scene import Thing
from tfcoseg.samples.sdf import (
    ball,
    blend,
    capsule,
    ellipsoid,
    turn,
    vector,
)

WOOL, SKIN, EYE, EAR = range(4)
HEAD = 1.22  # size of the head, which is modelled 0.4 m long


@dataclass(frozen=True)
class Pose:
    """Where a sheep stands and how it holds itself; angles in degrees."""

    place: tuple = (0.0, 0.0, 0.0)
    yaw: float = 0.0
    scale: float = 1.0
    head: tuple = (0.66, 1.12, 0.0)
    head_yaw: float = 0.0
    head_pitch: float = 25.0
    stride: tuple = (0.05, -0.06, -0.05, 0.06)
    seed: int = 0
    wool: tuple = (0.80, 0.74, 0.62)
    skin: tuple = (0.045, 0.036, 0.032)


def _fleece(p: np.ndarray, pose: Pose) -> np.ndarray:
    body = ellipsoid(p, (0.0, 0.77, 0.0), (0.58, 0.345, 0.32))
    rump = ellipsoid(p, (-0.33, 0.77, 0.0), (0.31, 0.32, 0.30))
    chest = ellipsoid(p, (0.32, 0.77, 0.0), (0.29, 0.33, 0.28))
    body = blend(blend(body, rump, 0.1), chest, 0.1)
    x, y, z = pose.head
    neck_end = (x - 0.06, y - 0.04, z)
    body = blend(body, capsule(p, (0.40, 0.86, 0.0), neck_end, 0.22, 0.125), 0.14)
    body = blend(body, capsule(p, (-0.6, 0.9, 0), (-0.68, 0.62, 0), 0.06, 0.045), 0.06)
    for (x, z), shift in zip(_HIPS, pose.stride):
        thigh = capsule(p, (x, 0.62, z), (x + 0.5 * shift, 0.4, z), 0.14, 0.072)
        body = blend(body, thigh, 0.09)
    return body


_HIPS = ((0.36, 0.16), (0.36, -0.16), (-0.40, 0.16), (-0.40, -0.16))


def _curls(p: np.ndarray, seed: int) -> np.ndarray:
    """Height of the fleece above its base, in 0..1: locks, and curls on them."""
    bend = 0.35 * value_noise(*(p * 9.0), seed=seed + 3)
    locks = value_noise(p[0] * 15 + bend, p[1] * 12 - bend, p[2] * 15, seed=seed)
    curls = value_noise(*(p * 31.0 + 2 * bend), seed=seed + 1)
    fluff = value_noise(*(p * 75.0 + 3 * bend), seed=seed + 4)
    locks, curls = np.abs(2.0 * locks - 1.0), np.abs(2.0 * curls - 1.0)
    broad = value_noise(*(p * 4.5), seed=seed + 2)
    return 0.3 * broad + 0.3 * locks + 0.25 * curls + 0.15 * fluff


def _head_frame(p: np.ndarray, pose: Pose) -> np.ndarray:
    """Points seen from the head: x towards the nose, y to the crown, z to the ears."""
    q = turn(p - vector(*pose.head), pose.head_yaw)
    return turn(q, pose.head_pitch, axis="z") / HEAD


def _parts(p: np.ndarray, pose: Pose) -> list[np.ndarray]:
    """Distance to each of WOOL, SKIN, EYE and EAR, in the sheep's own frame."""
    wool = _fleece(p, pose)
    q = _head_frame(p, pose)
    crown = ellipsoid(q, (-0.045, 0.06, 0.0), (0.10, 0.075, 0.085))
    wool = blend(wool, crown, 0.04)
    near = wool < 0.12
    wool -= 0.02
    if near.any():
        wool[near] += 0.02 - 0.062 * (_curls(p[:, near], pose.seed) - 0.35)
    face = capsule(q, (0.02, 0.0, 0.0), (0.23, -0.03, 0.0), 0.105, 0.064)
    face = blend(face, ellipsoid(q, (0.07, -0.05, 0), (0.13, 0.07, 0.075)), 0.05)
    face = blend(face, ellipsoid(q, (0.265, -0.025, 0), (0.04, 0.05, 0.055)), 0.03)
    eyes, ears = np.inf, np.inf
    for side in (-1, 1):
        brow = ball(q, (0.075, 0.045, side * 0.085), 0.032)
        face = blend(face, brow, 0.03)
        eyes = np.minimum(eyes, ball(q, (0.088, 0.046, side * 0.098), 0.0255))
        r = turn(q - vector(-0.005, 0.02, side * 0.19), side * -15.0)
        r = turn(r, side * 28.0, axis="x")
        ears = np.minimum(ears, ellipsoid(r, (0, 0, 0), (0.045, 0.022, 0.115)))
        nostril = ball(q, (0.305, -0.01, side * 0.024), 0.013)
        face = np.maximum(face, -nostril)
    face = np.maximum(face, -ellipsoid(q, (0.29, -0.05, 0), (0.05, 0.006, 0.07)))
    legs = np.inf
    for (x, z), shift in zip(_HIPS, pose.stride):
        knee, foot = (x + 0.6 * shift, 0.32, z), (x + shift, 0.06, z)
        shin = capsule(p, knee, foot, 0.05, 0.036)
        thigh = capsule(p, (x + 0.2 * shift, 0.55, z), knee, 0.07, 0.05)
        hoof = ellipsoid(p, (x + shift + 0.02, 0.025, z), (0.065, 0.055, 0.05))
        legs = np.minimum(legs, np.minimum(blend(shin, thigh, 0.03), hoof))
    return [wool, np.minimum(face, legs), eyes, ears]


def sheep(pose: Pose) -> Thing:
    """A sheep of about 1.3 by 1.2 metres (at scale 1) in the given pose."""

    def local(p):
        return turn(p - vector(*pose.place), -pose.yaw) / pose.scale

    def distance(p):
        return 0.7 * pose.scale * np.min(_parts(local(p), pose), axis=0)

    def colour(p, normal):
        q = local(p)
        part = np.argmin(_parts(q, pose), axis=0)
        height = _curls(q, pose.seed)
        tone = 0.45 + 0.75 * height + 0.3 * (fractal(*(q * 60.0), seed=8) - 0.5)
        dirt = step(0.75, 0.35, q[1]) + 0.8 * step(0.55, 0.8, fractal(*(q * 4), seed=5))
        wool = vector(*pose.wool) * tone * (1.0 - 0.3 * np.clip(dirt, 0, 1))
        wool *= 1.0 - np.clip(dirt, 0, 1) * vector(0.02, 0.12, 0.3)
        hair = 0.8 + 0.5 * fractal(q[0] * 60, q[1] * 90, q[2] * 60, seed=9)
        skin = vector(*pose.skin) * hair
        ear = 0.5 * skin + 0.5 * vector(0.10, 0.06, 0.05) * hair
        head = _head_frame(q, pose)
        pupil = np.abs(head[1] - 0.048) < 0.011
        eye = np.where(pupil, vector(0.01, 0.01, 0.01), vector(0.16, 0.085, 0.02))
        return np.choose(part, [wool, skin, eye, ear])

    def shine(p):
        part = np.argmin(_parts(local(p), pose), axis=0)
        return np.choose(part, [0.0, 0.05, 0.9, 0.03])

    x, y, z = pose.place
    centre = (x, y + 0.75 * pose.scale, z)
    return Thing(distance, colour, centre, 1.25 * pose.scale, shine, is_object=True)
