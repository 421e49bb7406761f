"""The equations of the operators in NumPy, as slowly and plainly as they read.

Those of the correlation are equations (1) to (4) of the paper.
"""

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


def area_means(mask, height, width):
    """The mean of a mask (h, w) over the area of each of height x width positions."""
    rows, columns = mask.shape[0] / height, mask.shape[1] / width
    out = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            for y in range(mask.shape[0]):
                for x in range(mask.shape[1]):
                    tall = min(y + 1, (i + 1) * rows) - max(y, i * rows)
                    wide = min(x + 1, (j + 1) * columns) - max(x, j * columns)
                    out[i, j] += mask[y, x] * max(tall, 0) * max(wide, 0)
    return out / (rows * columns)


def cosine(one, two):
    return one @ two / np.sqrt((one @ one) * (two @ two))


def semantic_affinity(image, partners, masks, top):
    """The four similarities of an image (h, w, c) with partners [(positions, c)]."""
    height, width, channels = image.shape
    own_mean = image.reshape(-1, channels).mean(0)
    out = np.zeros((height, width, 4))
    for y in range(height):
        for x in range(width):
            own = image[y, x]
            for partner, mask in zip(partners, masks):
                kept = [
                    d for d, weight in zip(partner, mask) if weight >= max(mask) / 2
                ]
                cosines = sorted([cosine(own, other) for other in kept], reverse=True)
                out[y, x, 0] += cosines[0] / len(partners)
                out[y, x, 1] += np.mean(cosines[:top]) / len(partners)
                out[y, x, 2] += cosine(own, np.mean(kept, axis=0)) / len(partners)
            out[y, x, 3] = cosine(own, own_mean)
    return out
