"""Draw the sample pictures and their true masks: ``python -m tfcoseg.samples.draw``."""

import argparse
from pathlib import Path

from PIL import Image

from tfcoseg.samples import scenes
from tfcoseg.samples.render import render

SCENES = {
    "sheep_meadow": scenes.sheep_meadow,
    "sheep_coast": scenes.sheep_coast,
    "car_street": scenes.car_street,
}


def draw(name: str, output: Path) -> None:
    """Draw one scene, and its mask where it holds the common object."""
    picture, mask = render(SCENES[name]())
    Image.fromarray(picture).save(output / f"{name}.png", optimize=True)
    if mask.any():
        Image.fromarray(mask).save(output / f"{name}_mask.png", optimize=True)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("--output", type=Path, default=Path(__file__).parent)
    output = parser.parse_args(arguments).output
    output.mkdir(parents=True, exist_ok=True)
    for name in SCENES:
        draw(name, output)


if __name__ == "__main__":
    main()
