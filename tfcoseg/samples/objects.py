"""What else stands in the scenes: fence, boulder, boat and barrel."""

import numpy as np

from tfcoseg.samples.noise import fractal, lattice, step
from tfcoseg.samples.scene import Thing
from tfcoseg.samples.sdf import box, ellipsoid, turn, vector


def wood(p, seed=0, tone=(0.23, 0.17, 0.115)):
    grain = fractal(p[0] * 5, p[1] * 60, p[2] * 30, seed=seed)
    knots = fractal(p[0] * 3, p[1] * 9, p[2] * 9, octaves=3, seed=seed + 1)
    return vector(*tone) * (0.45 + 0.75 * grain + 0.45 * (knots - 0.5))


def fence(z=-2.6, spacing=1.9, shift=0.4, posts=4):
    """Wooden posts and three rails along x."""

    def distance(p):
        nearest = np.clip(np.rint((p[0] - shift) / spacing), -posts, posts)
        lean = 0.04 * (lattice(nearest, 0 * nearest, seed=3) - 0.5)
        q = np.stack([p[0] - shift - nearest * spacing - lean * p[1], p[1], p[2] - z])
        solid = box(q, (0, 0.62, 0), (0.065, 0.66, 0.065), 0.018)
        for level, tilt in ((0.35, 0.012), (0.72, -0.01), (1.08, 0.008)):
            r = np.stack([p[0], p[1] - level - tilt * p[0], p[2] - z - 0.085])
            rail = box(r, (0, 0, 0), (posts * spacing, 0.06, 0.02), 0.01)
            solid = np.minimum(solid, rail)
        return solid * 0.9

    def colour(p, normal):
        moss = step(0.55, 0.75, fractal(*(p * 4), seed=6)) * step(
            0.4, 0.9, normal[1] + 0.5
        )
        return wood(p, 1) * (1 - 0.4 * moss) + vector(0.03, 0.05, 0.01) * moss

    return Thing(distance, colour, (shift, 0.6, z), posts * spacing + 0.5)


def boulder(place, radii, seed=0, tone=(0.27, 0.255, 0.235)):
    """A weathered rock with lichen."""

    def distance(p):
        q = p - vector(*place)
        d = ellipsoid(q, (0, 0, 0), radii)
        near = d < 0.3
        rough = np.full(d.shape, 0.5)
        if near.any():
            scaled = q[:, near] * (1.6 / min(radii))
            rough[near] = fractal(*scaled, octaves=5, seed=seed)
        return 0.6 * (d - 0.75 * min(radii) * (rough - 0.5))

    def colour(p, normal):
        tint = fractal(*(p * 3.5), octaves=5, seed=seed + 1)
        lichen = step(0.6, 0.68, fractal(*(p * 6), octaves=4, seed=seed + 2))
        rock = vector(*tone) * (0.4 + 1.2 * tint)
        return rock + (vector(0.30, 0.28, 0.13) - rock) * 0.6 * lichen

    return Thing(distance, colour, place, 1.5 * max(radii))


def boat(place, yaw, scale=1.0):
    """A beached rowing boat: white over blue, wooden rim and thwarts."""

    def local(p):
        return turn(p - vector(*place), -yaw) / scale

    def distance(p):
        q = local(p)
        sheer = q[1] - 0.10 * q[0] * q[0] / 2.2
        r = np.stack([q[0], sheer, q[2]])
        hull = ellipsoid(r, (0, 0.62, 0), (1.75, 0.66, 0.68))
        shell = np.maximum(np.abs(hull + 0.03) - 0.03, sheer - 0.6)
        rim = np.maximum(np.abs(hull + 0.03) - 0.06, np.abs(sheer - 0.6) - 0.035)
        seats = np.minimum(
            box(r, (-0.5, 0.46, 0), (0.13, 0.02, 0.75)),
            box(r, (0.5, 0.46, 0), (0.13, 0.02, 0.75)),
        )
        seats = np.maximum(seats, hull)
        return 0.75 * scale * np.minimum(np.minimum(shell, rim), seats)

    def colour(p, normal):
        q = local(p)
        sheer = q[1] - 0.10 * q[0] * q[0] / 2.2
        wear = fractal(*(q * 5), octaves=5, seed=3)
        plank = 0.85 + 0.15 * step(0.04, 0.10, np.abs((sheer * 8.0) % 1.0 - 0.5))
        paint = np.where(
            sheer > 0.42, vector(0.62, 0.60, 0.55), vector(0.035, 0.12, 0.27)
        )
        paint = paint * plank * (0.6 + 0.6 * wear)
        inside = ellipsoid(
            np.stack([q[0], sheer, q[2]]), (0, 0.62, 0), (1.7, 0.62, 0.64)
        )
        bare = (sheer > 0.562) | (inside < 0)
        return np.where(bare, wood(q * 1.5, 2, (0.36, 0.24, 0.13)), paint)

    x, y, z = place
    return Thing(distance, colour, (x, y + 0.5 * scale, z), 1.95 * scale)


def barrel(place, radius=0.3, tall=0.85):
    """An oak barrel with iron hoops."""

    def distance(p):
        q = p - vector(*place)
        bulge = radius * (1.0 - 0.55 * ((q[1] - tall / 2) / tall) ** 2)
        radial = np.sqrt(q[0] ** 2 + q[2] ** 2) - bulge
        hoop = np.abs(np.abs(q[1] - tall / 2) - 0.25 * tall) < 0.04
        lid = np.maximum(q[1] - tall, -q[1])
        return 0.8 * np.maximum(radial - 0.008 * hoop, lid)

    def colour(p, normal):
        q = p - vector(*place)
        stave = np.floor(np.arctan2(q[2], q[0]) * 3.0)
        shade = 0.75 + 0.5 * lattice(stave, 0 * stave, seed=4)
        oak = wood(np.stack([q[1], q[0], q[2]]), 7, (0.27, 0.16, 0.08)) * shade
        hoop = np.abs(np.abs(q[1] - tall / 2) - 0.25 * tall) < 0.04
        iron = vector(0.09, 0.08, 0.075) * (0.6 + 0.8 * fractal(*(q * 20), seed=5))
        return np.where(hoop, iron, oak)

    x, y, z = place
    return Thing(distance, colour, (x, y + tall / 2, z), 0.65 * tall + radius * 0.4)
