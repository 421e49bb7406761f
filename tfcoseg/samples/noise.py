"""Value noise on an integer lattice: the same numbers on every machine.

The lattice is hashed with integer arithmetic and interpolated with sums and products
only, so geometry built on it does not depend on a processor's mathematics library.
"""

import numpy as np

_PRIMES = (
    np.uint32(374761393),
    np.uint32(668265263),
    np.uint32(2147483647),
    np.uint32(3266489917),
)


def lattice(*cells: np.ndarray, seed: int = 0) -> np.ndarray:
    """A number in [0, 1) for each cell, given by its integer coordinates."""
    state = np.uint32(seed * 2654435761 % 2**32) ^ np.uint32(0x9E3779B9)
    state = np.full(np.shape(cells[0]), state, np.uint32)
    for cell, prime in zip(cells, _PRIMES):
        state ^= cell.astype(np.int64).astype(np.uint32) * prime
        state ^= state >> np.uint32(15)
        state *= np.uint32(2246822519)
        state ^= state >> np.uint32(13)
    return state * (1.0 / 2**32)


def value_noise(*coordinates: np.ndarray, seed: int = 0) -> np.ndarray:
    """Smooth noise in [0, 1] of two or three coordinates, one bump per unit."""
    cells = [np.floor(c) for c in coordinates]
    weights = [c - cell for c, cell in zip(coordinates, cells)]
    weights = [w * w * (3.0 - 2.0 * w) for w in weights]
    cells = [cell.astype(np.int64) for cell in cells]

    def blend(axis: int, corner: list) -> np.ndarray:
        if axis == len(cells):
            return lattice(*corner, seed=seed)
        low = blend(axis + 1, corner + [cells[axis]])
        high = blend(axis + 1, corner + [cells[axis] + 1])
        return low + (high - low) * weights[axis]

    return blend(0, [])


def fractal(*coordinates: np.ndarray, octaves: int = 4, seed: int = 0) -> np.ndarray:
    """Octaves of value noise in [0, 1], each twice as fine and half as strong."""
    total, weight, strength = 0.0, 0.0, 1.0
    for octave in range(octaves):
        scaled = [c * 2.0**octave + 17.3 * octave for c in coordinates]
        total = total + strength * value_noise(*scaled, seed=seed + octave)
        weight += strength
        strength *= 0.5
    return total / weight


def step(low: float, high: float, value: np.ndarray) -> np.ndarray:
    """0 below `low`, 1 above `high`, smooth between (either may be the larger)."""
    x = np.clip((value - low) / (high - low), 0.0, 1.0)
    return x * x * (3.0 - 2.0 * x)
