"""Cuts an object out of one picture and pastes it into another.

A network that sees every object in its usual surroundings may learn the surroundings
instead. Pasted objects break that link (Dwibedi et al., Cut, Paste and Learn, 2017).
"""

import numpy as np
from PIL import Image, ImageFilter

from tfcoseg.pictures import resize_image, resize_soft_mask

# A smaller object is a blur when pasted; a larger one is often cut off by the frame.
LEAST_PIXELS = 1000
LEAST_SHARE, GREATEST_SHARE = 0.02, 0.6
# Fraction of the box around the object. Less is mostly several objects far apart, of
# which little is left when the box is scaled down.
LEAST_FILL = 0.2

# Standard deviation, in pixels, of the blur that softens the edge of a pasted object.
_FEATHER = 1.0


def may_be_pasted(mask: np.ndarray) -> bool:
    """Whether the object of a mask is suited to be pasted.

    Args:
        mask: uint8 (h, w) of 0, 1 and `VOID`.

    Returns:
        Whether it has `LEAST_PIXELS`, covers `LEAST_SHARE` to `GREATEST_SHARE` of the
        picture, and `LEAST_FILL` of its own bounding box.
    """
    there = mask == 1
    pixels = np.count_nonzero(there)
    if pixels < LEAST_PIXELS or not LEAST_SHARE <= pixels / mask.size <= GREATEST_SHARE:
        return False
    return pixels >= LEAST_FILL * there[_box(there)].size


def paste_object(
    image: np.ndarray,
    mask: np.ndarray,
    other_image: np.ndarray,
    other_mask: np.ndarray,
    generator: np.random.Generator,
    scale: tuple[float, float] = (0.3, 0.8),
    most_hidden: float = 0.4,
    tries: int = 10,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pastes the object of another picture at a random place and size.

    The object is mirrored half of the time, and its edge is softened over two pixels.

    Args:
        image: uint8 (h, w, 3), the picture to paste into.
        mask: uint8 (h, w) of 0, 1 and `VOID`, the object that the picture shows.
        other_image, other_mask: the same of the other picture, of any size. What is
            `VOID` there is not pasted.
        generator: what is random is drawn from it.
        scale: least and greatest length of the pasted object's longer side, as a
            fraction of the picture's shorter side, up to 1.
        most_hidden: float. Greatest fraction of the picture's own object that may be
            hidden. Defaults to 0.4.
        tries: int. Number of places to try until one hides no more. Defaults to 10.

    Returns:
        The new picture; the mask of its own object without what is hidden now; and the
        mask of the pasted object, uint8 (h, w) of 0 and 1. If there is no object to
        paste or no place for it, picture and mask are the ones received, and the third
        is empty.

    Raises:
        ValueError: if `scale` is not within 0..1.
    """
    least, greatest = scale
    if not 0 < least <= greatest <= 1:
        raise ValueError(
            "`scale` must be two fractions of the picture's shorter side, in 0..1 and "
            f"in rising order. Received: scale={scale}"
        )
    nothing = np.zeros_like(mask)
    if not (other_mask == 1).any():
        return image, mask, nothing
    longer_side = generator.uniform(least, greatest) * min(mask.shape)
    cut, alpha = _cut_out(other_image, other_mask == 1, longer_side)
    if generator.random() < 0.5:
        cut, alpha = cut[:, ::-1], alpha[:, ::-1]
    for _ in range(tries):
        top, left = generator.integers(np.subtract(mask.shape, alpha.shape) + 1)
        window = np.s_[top : top + alpha.shape[0], left : left + alpha.shape[1]]
        pasted = nothing.copy()
        pasted[window] = alpha >= 0.5
        if _hidden(mask, pasted) <= most_hidden:
            return (
                _blended(image, window, cut, alpha),
                np.where(pasted == 1, np.uint8(0), mask),
                pasted,
            )
    return image, mask, nothing


def _cut_out(image, there, longer_side):
    """The box around an object at the wanted size, and its opacity, float (h, w)."""
    box = _box(there)
    factor = longer_side / max(there[box].shape)
    size = [max(1, round(length * factor)) for length in there[box].shape]
    opaque = resize_soft_mask(there[box], size)
    return resize_image(image[box], size), _feathered(opaque)


def _box(there):
    """The window around all true entries."""
    rows, columns = (np.flatnonzero(there.any(axis)) for axis in (1, 0))
    return np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _feathered(opaque):
    """Fades out inside of the edge, so that no background of the object shows."""
    # Around the box there is nothing, which the blur must see.
    padded = Image.fromarray(np.pad(np.uint8(np.rint(opaque * 255)), 4))
    blurred = np.asarray(padded.filter(ImageFilter.GaussianBlur(_FEATHER)))
    return np.clip(blurred[4:-4, 4:-4] / 127.5 - 1, 0, 1)


def _hidden(mask, pasted):
    """The fraction of the mask's object that the pasted one covers."""
    own = mask == 1
    return np.count_nonzero(own & (pasted == 1)) / max(1, np.count_nonzero(own))


def _blended(image, window, cut, alpha):
    blended = image.copy()
    alpha = alpha[..., None]
    mixed = image[window] * (1 - alpha) + cut * alpha
    blended[window] = np.rint(mixed)
    return blended
