"""Skies, hills, and the three grounds: grass, sand with the sea behind it, asphalt."""

import numpy as np

from tfcoseg.samples.noise import fractal, lattice, step, value_noise
from tfcoseg.samples.scene import Ground
from tfcoseg.samples.sdf import dot, normalize, vector

UP = vector(0.0, 1.0, 0.0)


def mix(first, second, share):
    return first + (second - first) * share


def clouds(direction, zenith, horizon, cover=0.5, seed=0):
    """Blue sky that pales towards the horizon, with a layer of clouds."""
    rise = np.clip(direction[1], 0.0, 1.0)
    blue = mix(vector(*horizon), vector(*zenith), 1.0 - (1.0 - rise) ** 4)
    plane = direction / np.maximum(direction[1] + 0.08, 0.02)
    x, z = plane[0] * 0.9, plane[2] * 0.9
    warp = fractal(x * 0.7, z * 0.7, octaves=3, seed=seed + 9)
    puff = fractal(x + 1.5 * warp, z + warp, octaves=6, seed=seed)
    shade = fractal(x + 1.5 * warp + 0.12, z + warp + 0.1, octaves=4, seed=seed)
    cover = step(1.0 - cover, 1.12 - cover + 0.1, puff) * step(0.0, 0.12, rise)
    white = mix(
        vector(0.62, 0.66, 0.72), vector(1.05, 1.03, 1.0), step(0.75, 0.4, shade)
    )
    return mix(blue, white, 0.92 * cover)


def ridge(direction, light, level, rise, bumps, colours, seed=0, trees=0.0):
    """Paint a far ridge of hills: `level` its foot, `rise` its height (as slopes)."""
    flat = np.sqrt(direction[0] ** 2 + direction[2] ** 2)
    slope, side = direction[1] / flat, direction[0] / np.maximum(-direction[2], 0.05)
    outline = level + rise * fractal(
        side * bumps, 0 * side + seed, octaves=4, seed=seed
    )
    crown = fractal(side * 95, slope * 60, octaves=3, seed=seed + 1)
    outline = outline + trees * crown * step(
        0.42, 0.6, fractal(side * 7, 0 * side, seed=5)
    )
    down = (outline - slope) / rise
    fields = fractal(side * bumps * 3, slope * 70, octaves=5, seed=seed + 2)
    fields = 0.7 * fields + 0.3 * fractal(
        side * 60, slope * 160, octaves=2, seed=seed + 3
    )
    dark, bright = (vector(*c) for c in colours)
    paint = mix(dark, bright, step(0.3, 0.7, fields))
    wood = step(0.25, 0.0, down / max(trees * 26, 1e-9)) if trees else 0.0
    paint = mix(paint, dark * (0.45 + 0.6 * crown), wood)
    return mix(light, paint, step(-0.0012, 0.0012, outline - slope))


def grass(top=0.13, seed=0, fresh=(0.10, 0.165, 0.03), dry=(0.27, 0.25, 0.09)):
    """A meadow: leaning blades near by, patches of colour further off, some daisies."""

    def height(x, z, y):
        wind = value_noise(x * 2.1, z * 2.1, seed=seed + 1) - 0.5
        u, v = x + 1.3 * y * wind, z + 1.1 * y * (wind + 0.2)
        blades = value_noise(u * 62 + 9 * wind, v * 62, seed=seed)
        tall = 0.25 + 0.75 * fractal(x * 1.9, z * 1.9, octaves=3, seed=seed + 2)
        fine = value_noise(u * 150, v * 150, seed=seed + 4)
        return top * np.clip(1.35 * blades * tall + 0.3 * (fine - 0.5), 0.0, 1.0)

    def colour(p, view, sky):
        x, y, z = p
        deep = step(0.0, 0.75 * top, y)
        far = step(5.0, 13.0, -z)
        lit = mix(0.28 + 0.95 * deep, 0.75 + 0 * x, far)
        patch = fractal(x * 0.8, z * 0.8, octaves=4, seed=seed + 5)
        blade = value_noise(x * 80, z * 80, seed=seed + 6)
        tone = 0.55 * patch + 0.45 * mix(blade, fractal(x * 6, z * 3), far)
        albedo = mix(vector(*fresh), vector(*dry), step(0.42, 0.8, tone)) * lit
        albedo = albedo * (0.75 + 0.5 * fractal(x * 0.35, z * 0.35, seed=seed + 7))
        cell_x, cell_z = np.floor(x * 7), np.floor(z * 7)
        off = [lattice(cell_x, cell_z, seed=seed + k) * 0.7 + 0.15 for k in (20, 21)]
        away = (x * 7 - cell_x - off[0]) ** 2 + (z * 7 - cell_z - off[1]) ** 2
        daisy = (lattice(cell_x, cell_z, seed=seed + 22) > 0.9) & (y > 0.25 * top)
        petal = daisy & (away < 0.014)
        albedo = np.where(petal, vector(0.8, 0.8, 0.74), albedo)
        albedo = np.where(daisy & (away < 0.0022), vector(0.7, 0.5, 0.05), albedo)
        lean = np.stack([blade - 0.5, 0.8 + 0 * x, tone - 0.3])
        return albedo, 0.0, normalize(lean)

    return Ground(height, colour, top)


def _sea(p, view, sky, shore, seed):
    """Own light of the sea: a mirrored sky over green depths, foam at its edge."""
    x, _, z = p
    swell = [
        fractal(x * 0.7 + k, z * 1.6 + 3.0 * k, octaves=4, seed=seed + k)
        for k in (0, 1)
    ]
    normal = normalize(np.stack([swell[0] - 0.5, 3.4 + 0 * x, 1.6 * (swell[1] - 0.5)]))
    mirrored = view - 2.0 * dot(view, normal) * normal
    mirrored[1] = np.abs(mirrored[1]) + 0.03
    fresnel = 0.03 + 0.75 * (1.0 - np.clip(-dot(view, normal), 0, 1)) ** 4
    depth = step(0.0, 9.0, shore)
    body = mix(vector(0.16, 0.27, 0.25), vector(0.02, 0.085, 0.13), depth)
    light = mix(body, sky(normalize(mirrored)), fresnel)
    waves = fractal(x * 0.5, shore * 1.1, octaves=5, seed=seed + 5)
    foam = step(0.64, 0.72, waves) * step(7.0, 2.0, shore) + step(0.35, 0.0, shore)
    specks = step(0.3, 0.6, fractal(x * 9, z * 9, octaves=3, seed=seed + 6))
    return mix(light, vector(0.85, 0.88, 0.88), np.clip(foam, 0, 1) * specks)


def beach(shore_z=-9.0, seed=0):
    """Sand with ripples, pebbles and wet ground towards the sea that lies beyond it."""

    def height(x, z, y):
        ripple = fractal(x * 5 + 2 * value_noise(x, z, seed=seed), z * 9, seed=seed + 1)
        pebble = np.clip(value_noise(x * 13, z * 13, seed=seed + 2) - 0.8, 0, 1)
        return 0.045 * ripple + 0.16 * pebble

    def colour(p, view, sky):
        x, _, z = p
        wave = 1.6 * (fractal(x * 0.35, 0 * x, octaves=3, seed=seed + 3) - 0.5)
        shore = shore_z - z + wave
        tone = fractal(x * 1.3, z * 1.3, octaves=5, seed=seed + 4)
        grit = lattice(np.floor(x * 260), np.floor(z * 260), seed=seed + 5)
        albedo = mix(vector(0.36, 0.27, 0.17), vector(0.56, 0.45, 0.31), tone)
        albedo = albedo * (0.8 + 0.4 * grit)
        weed = step(0.62, 0.72, fractal(x * 1.1, z * 3.0, octaves=5, seed=seed + 6))
        albedo = mix(albedo, vector(0.05, 0.045, 0.02) * (0.5 + grit), 0.55 * weed)
        stone = step(0.80, 0.82, value_noise(x * 13, z * 13, seed=seed + 2))
        grey = lattice(np.floor(x * 13 + 0.5), np.floor(z * 13 + 0.5), seed=seed + 7)
        albedo = mix(albedo, vector(0.30, 0.28, 0.26) * (0.35 + grey), stone)
        albedo = albedo * (1.0 - 0.5 * step(-2.2, -0.6, shore))
        e = 0.012
        here = height(x, z, 0)
        slope = [height(x + e, z, 0) - here, height(x, z + e, 0) - here]
        normal = normalize(np.stack([-slope[0] / e, 1 + 0 * x, -slope[1] / e]))
        wet = shore > 0
        light = np.where(wet, _sea(p, view, sky, shore, seed + 8), 0.0)
        return np.where(wet, 0.0, albedo), light, np.where(wet, UP, normal)

    return Ground(height, colour, 0.085)


def street(kerb_z=-2.6, seed=0):
    """Asphalt with stains and a worn white line, a kerb and a paved footway."""

    def height(x, z, y):
        return 0.012 * value_noise(x * 90, z * 90, seed=seed)

    def colour(p, view, sky):
        x, _, z = p
        grit = lattice(np.floor(x * 140), np.floor(z * 140), seed=seed + 1)
        stain = fractal(x * 0.7, z * 1.7, octaves=5, seed=seed + 2)
        albedo = vector(0.085, 0.085, 0.09) * (0.55 + 0.55 * grit + 0.6 * stain)
        worn = fractal(x * 6, z * 6, seed=seed + 3) > 0.36
        line = (np.abs(z - 1.75) < 0.07) & worn
        albedo = np.where(line, vector(0.5, 0.5, 0.46) * (0.8 + 0.2 * grit), albedo)
        slab_x, slab_z = np.floor(x / 0.6), np.floor(z / 0.6)
        seam = np.minimum(x / 0.6 - slab_x, z / 0.6 - slab_z) < 0.03
        pave = 0.75 + 0.3 * lattice(slab_x, slab_z, seed=seed + 4) + 0.3 * (stain - 0.5)
        paved = vector(0.27, 0.25, 0.23) * pave * (0.85 + 0.3 * grit)
        paved = paved * np.where(seam, 0.45, 1.0)
        albedo = np.where(z < kerb_z, paved, albedo)
        bump = np.stack([0.35 * (grit - 0.5), 1 + 0 * x, 0.35 * (stain - 0.5)])
        return albedo, 0.0, normalize(bump)

    return Ground(height, colour, 0.014)
