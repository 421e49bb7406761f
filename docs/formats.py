"""Prints the table of `docs/formats.md`: which pictures are read.

    python docs/formats.py

Each kind of picture is written by Pillow in each format that can hold it, and read
again by `tfcoseg.pictures.read_image`.
"""

import tempfile
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, features

from tfcoseg.pictures import read_image

# Of each format the ending, and how to write it without loss, where it can be.
FORMATS = {
    "JPEG": (".jpg", {"quality": 97, "subsampling": 0}),
    "PNG": (".png", {}),
    "WebP": (".webp", {"lossless": True}),
    "TIFF": (".tif", {}),
    "GIF": (".gif", {}),
    "BMP": (".bmp", {}),
    "JPEG 2000": (".jp2", {"irreversible": False}),
    "AVIF": (".avif", {"quality": 97, "subsampling": "4:4:4"}),
    "PPM": (".ppm", {}),
    "TGA": (".tga", {}),
    "ICO": (".ico", {"sizes": [(48, 32)]}),
}
# What Pillow calls it, in words.
KINDS = {
    "RGB": "colour, 8 bits a channel",
    "RGBA": "the same with alpha",
    "L": "grey, 8 bits",
    "LA": "the same with alpha",
    "I;16": "grey, 16 bits",
    "I": "grey, 32 bits",
    "F": "grey, floating-point numbers",
    "P": "palette",
    "1": "black and white",
    "CMYK": "colours of print",
}
# Largest mean difference, of 255, of a picture that counts as the same: formats that
# lose something lose less.
TOLERANCE = 4


def pictures() -> dict[str, tuple[Image.Image, np.ndarray]]:
    """{kind: a picture of it, and what is to be read}: smooth colours, with an edge."""
    rows, columns = np.mgrid[:32, :48]
    rgb = np.stack([rows * 7, columns * 5, 240 - rows * 4], axis=-1).astype(np.uint8)
    rgb[8:20, 10:30] = (220, 40, 60)
    colour = Image.fromarray(rgb)
    grey = colour.convert("L")
    values = np.asarray(grey).astype(np.int32)
    alpha = Image.new("L", colour.size, 255)
    alpha.paste(128, (0, 0, 10, 10))
    with_alpha = {"RGBA": colour.copy(), "LA": grey.convert("LA")}
    for image in with_alpha.values():
        image.putalpha(alpha)
    made = {
        "RGB": colour,
        "L": grey,
        **with_alpha,
        "I;16": Image.fromarray((values * 257).astype(np.uint16)),
        "I": Image.fromarray(values * 257),
        "F": Image.fromarray(values.astype(np.float32)),
        "P": colour.quantize(64),
        "1": grey.convert("1"),
        "CMYK": colour.convert("CMYK"),
    }
    seen = {"RGBA": colour, "LA": grey, "I;16": grey, "I": grey, "F": grey}
    return {
        kind: (image, np.asarray(seen.get(kind, image).convert("RGB")))
        for kind, image in made.items()
    }


def answer(image: Image.Image, expected: np.ndarray, name: str, folder: Path) -> str:
    """What becomes of a picture in a format: "read", "refused", or "-" for no such."""
    suffix, options = FORMATS[name]
    path = folder / f"picture{suffix}"
    try:
        with warnings.catch_warnings(action="error"):  # soon it will be refused
            image.save(path, **options)
    except (OSError, ValueError, KeyError, DeprecationWarning):
        return "-"
    with Image.open(path) as written:
        bits = {"I": 32, "F": 32, "I;16": 16}
        if bits.get(written.mode, 8) < bits.get(image.mode, 8):
            return "-"  # the format has kept less
    try:
        found = read_image(path)
    except ValueError:
        return "refused"
    difference = np.abs(found.astype(int) - expected).mean()
    return "read" if difference <= TOLERANCE else f"wrong by {difference:.0f}"


def table() -> list[str]:
    """The table's lines, in Markdown; without formats that Pillow was built without."""
    names = [n for n in FORMATS if n != "AVIF" or features.check("avif")]
    lines = [
        "| | " + " | ".join(names) + " |",
        "|---" * (len(names) + 1) + "|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        made = pictures()
        for kind, words in KINDS.items():
            cells = [answer(*made[kind], name, Path(folder)) for name in names]
            lines.append(f"| {words} (`{kind}`) | " + " | ".join(cells) + " |")
    return lines


if __name__ == "__main__":
    print("\n".join(table()))
