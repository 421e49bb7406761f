"""Draws the pictures of `docs/limits.md` and measures what is in them.

    python docs/limits.py

draws scenes of sheep, boats, barrels and fences in some two minutes, finds what they
have in common with the embedded weights, writes `docs/pictures/limit_*.jpg`, and prints
the page's table, of how much of the truth was found.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from tfcoseg import samples
from tfcoseg.evaluate import count_pixels
from tfcoseg.inference import Predictor
from tfcoseg.pictures import read_image, read_mask
from tfcoseg.samples import scenes
from tfcoseg.samples.objects import barrel, boat, fence
from tfcoseg.samples.render import render
from tfcoseg.samples.scene import Scene
from tfcoseg.samples.sheep import Pose, sheep
from tfcoseg.visualization import contact_sheet, overlay

# Of each picture of the page: how many of each pair are shown, and the pairs, as (scene
# A, scene B, working size).
LIMITS = {
    "neighbours": (2, [("sheep_meadow", "sheep_coast", 321)]),
    "background": (2, [("barrel_meadow", "barrel_behind_sheep", 321)]),
    "two_kinds": (2, [("both_meadow", "both_coast", 321)]),
    "nothing": (
        2,
        [("sheep_meadow", "beach", 321), ("sheep_meadow", "car_street", 321)],
    ),
    "itself": (1, [("sheep_meadow", "sheep_meadow", 321)]),
    "fence": (2, [("fence_meadow", "fence_coast", 321)]),
    "small": (
        1,
        [("sheep_at_32_m", "sheep_coast", 321), ("sheep_at_64_m", "sheep_coast", 321)],
    ),
    "size": (
        1,
        [
            ("sheep_meadow", "sheep_coast", size)
            for size in (65, 128, 129, 257, 321, 513, 1025)
        ],
    ),
    "well": (
        2,
        [
            ("green_sheep", "sand_sheep", 321),
            ("barrel_meadow", "barrel_coast", 321),
            ("flock", "sheep_coast", 321),
        ],
    ),
}
# A group that falls into two halves.
HALVES = ("sheep_meadow", "sheep_coast", "barrel_meadow", "barrel_coast")
_PICTURE_HEIGHT = 160


def scenes_by_name() -> dict[str, Scene]:
    """The scenes that are drawn anew, from the parts of the samples."""
    meadow = replace(scenes.sheep_meadow(), size=(240, 320))
    coast = replace(scenes.sheep_coast(), size=(240, 320))
    looking = Pose((-0.12, 0, 0), yaw=-28, head_yaw=35, head_pitch=22, seed=2)
    grazing = Pose((0.05, 0, 0), 203, 1, (0.79, 0.68, -0.12), -38, 42, seed=12)
    green = replace(looking, wool=(0.16, 0.24, 0.05), skin=(0.09, 0.13, 0.03))
    sand = replace(grazing, wool=(0.46, 0.37, 0.25), skin=(0.30, 0.24, 0.16))
    flock = [(-1.5, -0.6, -28), (0.2, 0.3, 150), (1.6, -1.2, 20), (-0.4, -2.6, 200)]
    drawn = {
        "beach": (coast, [], {}),
        "barrel_meadow": (
            meadow,
            [_wanted(barrel((0, 0, 0.3))), fence()],
            {"eye": (0.25, 1.2, 3.0), "target": (0, 0.5, 0)},
        ),
        "barrel_coast": (
            coast,
            [_wanted(barrel((0.3, 0, 0)))],
            {"eye": (-0.5, 1.4, 3.2), "target": (0.1, 0.5, 0)},
        ),
        "barrel_behind_sheep": (
            coast,
            [
                replace(sheep(grazing), is_object=False),
                boat((2.0, -0.06, -4.6), 27),
                _wanted(barrel((-1.42, 0, -1.9))),
            ],
            {},
        ),
        "both_meadow": (
            meadow,
            [
                sheep(replace(looking, place=(0.9, 0, -0.2))),
                _wanted(boat((-1.1, -0.06, -1), 20, 0.9)),
            ],
            {"eye": (0.25, 1.5, 5.2), "target": (0, 0.7, 0)},
        ),
        "both_coast": (
            coast,
            [
                sheep(replace(looking, place=(-1.1, 0, -0.1), yaw=200, seed=12)),
                _wanted(boat((1.3, -0.06, -1), -15, 0.9)),
            ],
            {"eye": (-0.2, 1.5, 5.2), "target": (0.1, 0.7, 0)},
        ),
        "fence_meadow": (meadow, [_wanted(fence(0))], {"eye": (0.25, 1.3, 4.2)}),
        "fence_coast": (coast, [_wanted(fence(-0.5, 1.6, -0.3))], {}),
        "sheep_at_32_m": (
            meadow,
            [sheep(looking)],
            {"eye": (0.25, 2.6, 32), "target": (0.1, 1.8, 0)},
        ),
        "sheep_at_64_m": (
            meadow,
            [sheep(looking)],
            {"eye": (0.25, 3.4, 64), "target": (0.1, 2.6, 0)},
        ),
        "green_sheep": (meadow, [sheep(green), fence()], {}),
        "sand_sheep": (coast, [sheep(sand)], {}),
        "flock": (
            meadow,
            [
                sheep(replace(looking, place=(x, 0, z), yaw=yaw, seed=seed))
                for seed, (x, z, yaw) in enumerate(flock)
            ],
            {"eye": (0.25, 1.7, 5.6)},
        ),
    }
    return {
        name: replace(ground, things=tuple(things), **view)
        for name, (ground, things, view) in drawn.items()
    }


def _wanted(thing):
    """The thing as part of the true mask, as the sheep are without being told."""
    return replace(thing, is_object=True)


@cache
def picture_and_truth(name: str) -> tuple[np.ndarray, np.ndarray]:
    """A picture, uint8 (height, width, 3), and its true mask of 0 and 1."""
    for path, mask in zip(samples.pair(), samples.masks()):
        if path.stem == name:
            return read_image(path), read_mask(mask)
    if samples.without_common_object().stem == name:
        picture = read_image(samples.without_common_object())
        return picture, np.zeros(picture.shape[:2], np.uint8)
    picture, mask = render(scenes_by_name()[name])
    return picture, mask // 255


@cache
def predictor_at(size: int) -> Predictor:
    """One predictor for each working size, since TensorFlow compiles each anew."""
    return Predictor(working_size=size)


def find(pair: tuple[str, str, int]) -> tuple[list[np.ndarray], list[str]]:
    """The overlays of both pictures, and the cells of a table on each."""
    *names, size = pair
    pictures, truths = zip(*map(picture_and_truth, names))
    result = predictor_at(size).predict(*pictures)
    masks, cells = (result.mask_a, result.mask_b), []
    for name, mask, truth in zip(names, masks, truths):
        jaccard = (
            f"{100 * count_pixels(mask, truth).jaccard:.0f}" if truth.any() else "-"
        )
        area = 100 * mask.astype(bool).mean()
        cells.append(
            f"{name} | {jaccard} | {area:.1f} | {100 * truth.mean():.2f} | "
            f"{result.score:.2f}"
        )
    return [overlay(p, m) for p, m in zip(pictures, masks)], cells


def find_in_group(names: Sequence[str]) -> tuple[list[np.ndarray], str]:
    """The overlays of a group at 321, and its scores."""
    pictures = [picture_and_truth(name)[0] for name in names]
    result = predictor_at(321).predict_group(pictures)
    scores = ", ".join(f"{score:.2f}" for score in result.scores)
    return [overlay(p, m) for p, m in zip(pictures, result.masks)], scores


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--output", type=Path, default=Path(__file__).parent / "pictures"
    )
    parser.add_argument(
        "--only",
        nargs="+",
        choices=(*LIMITS, "halves"),
        metavar="NAME",
        help="draw and measure these only, each picture without its limit_ and .jpg",
    )
    given = parser.parse_args(arguments)
    output, only = given.output, given.only or (*LIMITS, "halves")
    output.mkdir(parents=True, exist_ok=True)
    for name, (shown, pairs) in LIMITS.items():
        if name not in only:
            continue
        row = []
        for pair in pairs:
            overlays, cells = find(pair)
            row += overlays[:shown]
            for of_one in cells:
                print(f"| {name} | {pair[2]} | {of_one} |", flush=True)
        _write(row, output / f"limit_{name}.jpg")
    if "halves" in only:
        overlays, scores = find_in_group(HALVES)
        print(f"\nScores in the group of two halves: {scores}.")
        _write(overlays, output / "limit_halves.jpg")


def _write(row, path):
    sheet = contact_sheet([row], height=_PICTURE_HEIGHT, gap=4)
    inner = sheet.crop((4, 4, sheet.width - 4, sheet.height - 4))
    inner.save(path, quality=78, optimize=True)


if __name__ == "__main__":
    main()
