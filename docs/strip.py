"""Makes `docs/pictures/strip.jpg`, the README's picture, of the package's samples.

python docs/strip.py
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from tfcoseg import samples
from tfcoseg.batch.drawings import on_ground
from tfcoseg.inference import Predictor
from tfcoseg.pictures import read_image
from tfcoseg.visualization import contact_sheet, cutout, overlay

# A ground for the cut-outs that is told from a white page as well as from a dark one.
_GROUND = (226, 232, 240)
_HEIGHT, _GAP = 149, 3


def draw() -> Image.Image:
    """Both pictures; what was found in them, tinted; and the same, cut out."""
    pictures = [read_image(path) for path in samples.pair()]
    result = Predictor().predict(*pictures)
    both = list(zip(pictures, (result.mask_a, result.mask_b)))
    tinted: list[np.ndarray] = [overlay(*one) for one in both]
    cut: list[np.ndarray] = [on_ground(cutout(*one), _GROUND) for one in both]
    sheet = contact_sheet([[*pictures, *tinted, *cut]], height=_HEIGHT, gap=_GAP)
    return sheet.crop((_GAP, _GAP, sheet.width - _GAP, sheet.height - _GAP))


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--output", type=Path, default=Path(__file__).parent / "pictures"
    )
    output = parser.parse_args(arguments).output
    output.mkdir(parents=True, exist_ok=True)
    draw().save(output / "strip.jpg", quality=90, optimize=True)


if __name__ == "__main__":
    main()
