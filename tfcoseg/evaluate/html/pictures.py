"""Examples as figures of a page: the pictures are in the page itself."""

import base64
import io

import numpy as np
from PIL import Image, ImageFilter

from tfcoseg.data.record import read_true_mask
from tfcoseg.evaluate.extremes import Example, Extremes
from tfcoseg.evaluate.html.tags import Html, join, tag
from tfcoseg.pictures import read_image, resize_image, resize_mask
from tfcoseg.visualization import overlay

# Longest sides in pixels, of the picture that is judged and of its partners.
_SIDE, _PARTNER_SIDE = 420, 240
# Of a group's partners so many are shown: as high as the picture itself.
_PARTNERS = 2
_OUTLINE, _HALO = (80, 240, 255), (0, 0, 0)


def examples(extremes: Extremes) -> Html | str:
    """The best, the median and the worst masks, with a legend."""
    legend = join(
        tag("span", class_="tint"),
        "found, ",
        tag("span", class_="outline"),
        "outline of the true object. No picture is shown twice.",
    )
    parts = []
    for title in ("best", "median", "worst"):
        if shown := getattr(extremes, title):
            figures = (example_figure(example) for example in shown)
            parts.append(tag("h3", title.capitalize()))
            parts.append(tag("div", *figures, class_="examples"))
    if not parts:
        return ""
    return tag("section", tag("h2", "Pictures"), tag("p", legend), *parts)


def example_figure(example: Example) -> Html:
    """The found mask as a tint, the true one as an outline, and the partners beside."""
    record, partners = example.comparison.record, example.comparison.partners
    jaccard = f"J {100 * example.jaccard:.1f}"
    name = f"{record.group}/{record.name}"
    shown = partners[:_PARTNERS]
    beside = tag(
        "div",
        *(_picture(_small(p), f"partner: {p.group}/{p.name}") for p in shown),
        class_="partners",
    )
    alt = f"{name}: the mask that was found, {jaccard}, and the outline of the true one"
    return tag(
        "figure",
        tag("div", _picture(draw_example(example), alt), beside, class_="pair"),
        tag("figcaption", tag("b", jaccard), f" {name} ", _partners(partners)),
    )


def draw_example(example: Example) -> np.ndarray:
    """The picture, uint8 (height, width, 3), small, with both masks on it."""
    record = example.comparison.record
    image = read_image(record.image)
    size = _fit(image.shape[:2], _SIDE)
    truth = read_true_mask(record) == 1
    found = resize_mask(example.mask, size).astype(np.float32)
    tinted = Image.fromarray(overlay(resize_image(image, size), found))
    grey = Image.fromarray(np.uint8(255) * resize_mask(truth, size))
    for width, colour in ((5, _HALO), (3, _OUTLINE)):
        line = Image.new("RGB", tinted.size, colour)
        tinted = Image.composite(line, tinted, _outline(grey, width))
    return np.asarray(tinted)


def _outline(grey, width):
    """White in a band along the edge of a mask, `width` - 1 pixels wide."""
    greater = np.asarray(grey.filter(ImageFilter.MaxFilter(width)))
    return Image.fromarray(
        greater - np.asarray(grey.filter(ImageFilter.MinFilter(width)))
    )


def _partners(partners):
    names = [f"{partner.group}/{partner.name}" for partner in partners[:_PARTNERS]]
    more = len(partners) - len(names)
    return join("beside ", ", ".join(names), f" and {more} more" if more else "")


def _small(record):
    image = read_image(record.image)
    return resize_image(image, _fit(image.shape[:2], _PARTNER_SIDE))


def _fit(size, side):
    """(height, width) with a longest side of `side` at most."""
    scale = min(1.0, side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _picture(array, alt):
    file = io.BytesIO()
    Image.fromarray(array).save(file, "JPEG", quality=82)
    data = base64.b64encode(file.getvalue()).decode()
    height, width = array.shape[:2]
    source = f"data:image/jpeg;base64,{data}"
    return tag("img", src=source, alt=alt, width=width, height=height)
