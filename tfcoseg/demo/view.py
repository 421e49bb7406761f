"""The results as HTML: for each picture its verdict, overlay, cut-out and mask."""

import base64
import io
from collections.abc import Sequence
from html import escape

import numpy as np

from tfcoseg.batch.drawings import Drawings
from tfcoseg.demo.finding import Found
from tfcoseg.demo.words import numbers, summary, verdict
from tfcoseg.pictures import to_image

# What is shown of each picture, in this order: the heading, and what it is in words.
KINDS = {
    "overlay": ("Overlay", "{name} with the common object tinted"),
    "cutout": ("Cut-out", "The common object cut out of {name}"),
    "mask": ("Mask", "The mask of {name}: white on the object, black elsewhere"),
}
_EMPTY = {
    "overlay": "{name}, with nothing tinted",
    "cutout": "Nothing is cut out of {name}",
    "mask": "The mask of {name} is empty: black all over",
}
# Small files in little time: the slider waits for them.
_FORMATS = {
    "overlay": ("JPEG", {"quality": 88}),
    "cutout": ("WEBP", {"quality": 88, "method": 1}),
    "mask": ("PNG", {"compress_level": 3}),
}


def status_html(found: Found, masks: Sequence[np.ndarray]) -> str:
    """The group in words, and each file that could not be used."""
    problems = "".join(f"<li>{escape(problem)}</li>" for problem in found.problems)
    left_out = f"<p>Left out:</p><ul>{problems}</ul>" if problems else ""
    return f"<p>{escape(summary(found, masks))}</p>{left_out}"


def results_html(
    found: Found,
    masks: Sequence[np.ndarray],
    background: tuple[int, int, int] | None = None,
) -> str:
    """The pictures of a group with what was found in them.

    Args:
        found: the group.
        masks: uint8 of each picture, at the size of its preview.
        background: the colour behind cut-outs, or None: they are transparent.

    Returns:
        HTML that holds its pictures, so that nothing has to be kept for it.
    """
    drawings = Drawings(overlay=True, cutout=True, background=background)
    articles = [
        _article(number, one, mask, drawings)
        for number, (one, mask) in enumerate(zip(found.pictures, masks, strict=True))
    ]
    return f'<div class="results">{"".join(articles)}</div>'


def _article(number, one, mask, drawings):
    figures = [_figure(kind, one, mask, drawings) for kind in KINDS]
    state = "found" if one.find.found else "absent"
    return (
        f'<article class="{state}" aria-labelledby="picture-{number}">'
        f'<h3 id="picture-{number}">{escape(one.name)}</h3>'
        f'<p class="verdict">{escape(verdict(one.find, mask))} '
        f'<span class="numbers">{numbers(one.find)}</span></p>'
        f'<div class="drawings">{"".join(figures)}</div></article>'
    )


def _figure(kind, one, mask, drawings):
    caption, alt = KINDS[kind]
    if not mask.any():
        caption, alt = f"{caption} (empty)", _EMPTY[kind]
    alt = alt.format(name=one.name)
    height, width = mask.shape
    source = _data(drawings.draw(kind, one.preview, mask), *_FORMATS[kind])
    transparent = kind == "cutout" and drawings.background is None
    return (
        f'<figure class="{kind}{" transparent" if transparent else ""}">'
        f'<img src="{source}" alt="{escape(alt)}" width="{width}" height="{height}">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _data(drawing, kind, options):
    """A picture as an address that holds it."""
    stream = io.BytesIO()
    to_image(drawing).save(stream, kind, **options)
    content = base64.b64encode(stream.getvalue()).decode("ascii")
    return f"data:image/{kind.lower()};base64,{content}"
