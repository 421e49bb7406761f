"""Equations (1) to (4) of the paper in NumPy, as slowly and plainly as they read."""

import numpy as np


def resize(image, size):
    """Bilinear, half-pixel centres, edges repeated: (h, w, c) to (size, size, c)."""
    height, width, channels = image.shape
    out = np.zeros((size, size, channels))
    for i in range(size):
        for j in range(size):
            y = np.clip((i + 0.5) * height / size - 0.5, 0, height - 1)
            x = np.clip((j + 0.5) * width / size - 0.5, 0, width - 1)
            top, left = int(np.floor(y)), int(np.floor(x))
            bottom, right = min(top + 1, height - 1), min(left + 1, width - 1)
            fy, fx = y - top, x - left
            out[i, j] = (
                (1 - fy) * (1 - fx) * image[top, left]
                + (1 - fy) * fx * image[top, right]
                + fy * (1 - fx) * image[bottom, left]
                + fy * fx * image[bottom, right]
            )
    return out


def normalize(kernel, axes):
    """Divides by the L2 norm over `axes`."""
    if axes is None:
        return kernel
    return kernel / np.sqrt((kernel**2).sum(axes, keepdims=True))


def correlate(image, kernel):
    """Channel by channel, zeros outside, the kernel's centre at (k - 1) // 2."""
    height, width, channels = image.shape
    size = len(kernel)
    centre = (size - 1) // 2
    out = np.zeros_like(image)
    for y in range(height):
        for x in range(width):
            for u in range(size):
                for v in range(size):
                    yy, xx = y + u - centre, x + v - centre
                    if 0 <= yy < height and 0 <= xx < width:
                        out[y, x] += image[yy, xx] * kernel[u, v]
    return out


def pyramid_correlation(image, partner, sizes, axes=(0, 1)):
    """Equations (2) and (3) of one pair of maps (h, w, c): the mean over the levels."""
    levels = [normalize(resize(partner, size), axes) for size in sizes]
    return np.mean([correlate(image, level) for level in levels], axis=0)
