"""Colours and bits of a decoded picture, as 8-bit RGB that a screen shows."""

import io

import numpy as np
from PIL import Image, ImageCms

# One channel of more than 8 bits; Pillow before 11 opens a 16-bit PNG as "I".
_DEEP_MODES = ("I", "I;16", "I;16B", "I;16L", "I;16N")
_MANAGED_MODES = ("L", "RGB", "CMYK")


def is_deep(image: Image.Image) -> bool:
    """Whether the file has 16 bits a channel; to be asked before it is decoded."""
    return image.mode in _DEEP_MODES or ";16" in str(getattr(image, "tile", ""))


def has_other_colours(image: Image.Image) -> bool:
    """Whether a colour profile other than sRGB comes with a picture."""
    return _profile(image) is not None


def deep_to_grey(image: Image.Image) -> np.ndarray:
    """One channel of integers as 0..255, by the 8, 12 or 16 bits that they need.

    Raises:
        ValueError: for negative values, or such as need more bits.
    """
    values = np.asarray(image).astype(np.int64)
    low, high = int(values.min()), int(values.max())
    bits = next((bits for bits in (8, 12, 16) if high < 1 << bits), None)
    if low < 0 or bits is None:
        raise ValueError(
            "integers must be in 0..255, 0..4095 or 0..65535; save the picture with 8 "
            f"bits a channel. Received: values from {low} to {high}"
        )
    return (values >> (bits - 8)).astype(np.uint8)


def check_bits(rgb: np.ndarray) -> None:
    """Refuses a colour picture of 16 bits a channel whose values need only 12 or 8.

    Pillow keeps the high bytes alone, which are next to black then.
    """
    if rgb.max() < 16:
        raise ValueError(
            "a colour picture of 16 bits a channel must use them; save it with 8 bits "
            "a channel. Received: values of 12 bits or less"
        )


def to_srgb(image: Image.Image) -> Image.Image:
    """RGB as a screen shows it: a colour profile is applied, alpha dropped."""
    # A palette's transparency would only provoke a warning here.
    image.info.pop("transparency", None)
    profile = _profile(image)
    if image.mode not in _MANAGED_MODES:
        image = image.convert("L" if image.mode == "LA" else "RGB")
    if profile is not None:
        try:
            return ImageCms.profileToProfile(
                image, profile, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        # The profile is of another kind of picture, or damaged further on.
        except (ImageCms.PyCMSError, ValueError):
            pass
    return image.convert("RGB")


def _profile(image):
    """The colour profile of a picture, or None if it has none that matters."""
    content = image.info.get("icc_profile")
    if not content:
        return None
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(content))
        described = ImageCms.getProfileDescription(profile)
    # Without LittleCMS it is an ImportError.
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError, ImportError):
        return None
    return None if "sRGB" in described else profile
