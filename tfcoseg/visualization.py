"""Pictures of what was found: overlays, cut-outs, heat maps and contact sheets.

Everything here takes and gives NumPy arrays or Pillow images; no TensorFlow.
"""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

OBJECT_COLOUR = (255, 64, 32)
_OUTLINE_COLOUR = (255, 255, 255)
_PAPER_COLOUR = (255, 255, 255)
_INK_COLOUR = (32, 32, 32)

# The lightness of these rises evenly, so that the map reads in grey as well.
_HEAT_COLOURS = np.array(
    [
        (8, 8, 40),
        (64, 18, 110),
        (150, 36, 112),
        (224, 78, 66),
        (250, 158, 40),
        (252, 244, 170),
    ],
    np.float32,
)


def overlay(
    image: np.ndarray,
    mask: np.ndarray,
    colour: Sequence[int] = OBJECT_COLOUR,
    strength: float = 0.5,
) -> np.ndarray:
    """Tints the object in the picture; a mask that is not soft also gets an outline.

    Args:
        image: uint8 (height, width, 3), RGB.
        mask: (height, width); uint8 or bool with 0 for the background, or a soft mask
            of floats in 0..1, of which a greater value tints more.
        colour: red, green and blue of the tint, 0..255.
        strength: how much of the object's own colour the tint replaces, 0..1.

    Returns:
        uint8 array (height, width, 3).

    Example:

    >>> grey, mask = np.full((4, 6, 3), 100, np.uint8), np.zeros((4, 6))
    >>> mask[:, 3:] = 1.0  # soft: no outline
    >>> overlay(grey, mask)[0, ::5].tolist()
    [[100, 100, 100], [178, 82, 66]]
    """
    alpha = _alpha(image, mask)
    picture = Image.fromarray(image)
    tint = Image.new("RGB", picture.size, tuple(colour))
    tinted = Image.composite(
        tint, picture, alpha.point(lambda value: round(value * strength))
    )
    if mask.dtype.kind != "f":
        line = Image.new("RGB", picture.size, _OUTLINE_COLOUR)
        tinted = Image.composite(line, tinted, _outline(alpha))
    return np.asarray(tinted)


def cutout(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The object alone, on a transparent ground.

    Args:
        image: uint8 (height, width, 3), RGB.
        mask: as for `overlay`; a soft mask makes soft edges.

    Returns:
        uint8 array (height, width, 4). Where it is fully transparent its colour is
        black, so that nothing of the background stays in the file.

    Example:

    >>> grey, mask = np.full((1, 2, 3), 100, np.uint8), np.uint8([[0, 255]])
    >>> cutout(grey, mask).tolist()
    [[[0, 0, 0, 0], [100, 100, 100, 255]]]
    """
    alpha = np.asarray(_alpha(image, mask))
    colours = np.where(alpha[..., None] > 0, image, np.uint8(0))
    return np.dstack([colours, alpha])


def heatmap(
    array: np.ndarray, low: float | None = None, high: float | None = None
) -> np.ndarray:
    """Colours an array of numbers, from dark blue at `low` to light yellow at `high`.

    Args:
        array: (height, width), finite numbers.
        low: the value that is darkest; by default the least in the array.
        high: the value that is lightest; by default the greatest in the array.

    Returns:
        uint8 array (height, width, 3). An array of one value only is dark all over.

    Example:

    >>> heatmap(np.array([[0.0, 1.0]])).tolist()
    [[[8, 8, 40], [252, 244, 170]]]
    """
    if array.ndim != 2:
        raise ValueError(
            f"`array` must have the shape (height, width). "
            f"Received: shape={array.shape}"
        )
    low = float(array.min()) if low is None else low
    high = float(array.max()) if high is None else high
    span = high - low if high > low else 1.0
    # 256 steps, looked up, so that a big picture needs no big array of floats.
    steps = (np.clip((array - low) / span, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
    return _heat_table()[steps]


def contact_sheet(
    rows: Sequence[Sequence[np.ndarray]],
    captions: Sequence[str] | None = None,
    height: int = 160,
    gap: int = 8,
) -> Image.Image:
    """Lays rows of pictures out on one sheet, each row under its caption.

    Args:
        rows: for each row its pictures, uint8 arrays (h, w, 3) or grey ones (h, w), of
            any sizes; all are scaled to one height, but for those that would be more
            than four times as wide.
        captions: one line of text per row, or None for none. Pillow's own font draws
            it, which knows the letters of ASCII.
        height: of the pictures on the sheet, in pixels.
        gap: white space round the pictures, in pixels.

    Returns:
        A Pillow image, RGB.

    Example:

    >>> picture, mask = np.zeros((40, 60, 3), np.uint8), np.zeros((40, 60), np.uint8)
    >>> sheet = contact_sheet([[picture, mask]], ["a: 0.97"], height=80)
    >>> sheet.mode, sheet.width
    ('RGB', 264)
    """
    if captions is not None and len(captions) != len(rows):
        raise ValueError(
            f"`captions` must hold one text per row, or be None. "
            f"Received: {len(captions)} captions for {len(rows)} rows"
        )
    strips = [
        _strip(pictures, captions[index] if captions else None, height, gap)
        for index, pictures in enumerate(rows)
    ]
    width = max((strip.width for strip in strips), default=0)
    total = sum(strip.height + gap for strip in strips)
    sheet = Image.new("RGB", (width + 2 * gap, total + gap), _PAPER_COLOUR)
    top = gap
    for strip in strips:
        sheet.paste(strip, (gap, top))
        top += strip.height + gap
    return sheet


def _strip(pictures, caption, height, gap):
    """One row of the contact sheet: its caption, and below it the pictures."""
    scaled = [_scaled(picture, height) for picture in pictures]
    width = sum(picture.width + gap for picture in scaled) - gap if scaled else 0
    top = 0
    if caption is not None:
        font = ImageFont.load_default(max(10, height // 10))
        left, _, right, bottom = font.getbbox(caption)
        width, top = max(width, round(right - left)), round(bottom) + gap // 2
    strip = Image.new("RGB", (width, top + height), _PAPER_COLOUR)
    if caption is not None:
        ImageDraw.Draw(strip).text((0, 0), caption, font=font, fill=_INK_COLOUR)
    x = 0
    for picture in scaled:
        strip.paste(picture, (x, top))
        x += picture.width + gap
    return strip


def fitting_size(shape: Sequence[int], height: int) -> tuple[int, int]:
    """(height, width) of a picture made so high, but at most four times as wide.

    Example:

    >>> fitting_size((480, 640, 3), 120), fitting_size((2, 20000, 3), 120)
    ((120, 160), (1, 480))
    """
    scale = min(height / shape[0], 4 * height / shape[1])
    return max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))


def _scaled(picture, height):
    size = fitting_size(picture.shape, height)[::-1]
    return (
        Image.fromarray(picture).convert("RGB").resize(size, Image.Resampling.BILINEAR)
    )


def _alpha(image, mask):
    """The mask as a Pillow image of greys, 0 background and 255 object."""
    if mask.shape != image.shape[:2]:
        raise ValueError(
            f"`mask` must have the height and width of `image`. "
            f"Received: mask of shape {mask.shape}, image of shape {image.shape}"
        )
    if mask.dtype.kind == "f":
        return Image.fromarray((np.clip(mask, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8))
    return Image.fromarray(np.where(mask, np.uint8(255), np.uint8(0)))


def _outline(alpha):
    """White along the edge of a binary mask, as wide as suits the picture's size."""
    radius = max(1, round(min(alpha.size) / 250))
    # The mean over a box lies between black and white just where the box meets an edge.
    blurred = alpha.filter(ImageFilter.BoxBlur(radius))
    return blurred.point(lambda value: 255 if 0 < value < 255 else 0)


def _heat_table():
    stops = np.linspace(0, 255, len(_HEAT_COLOURS))
    channels = [np.interp(np.arange(256), stops, c) for c in _HEAT_COLOURS.T]
    return np.stack(channels, axis=-1).round().astype(np.uint8)
