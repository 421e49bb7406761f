"""The committed sample pictures are what the script draws, and what they promise."""

import numpy as np
import pytest
from PIL import Image

from tfcoseg import samples
from tfcoseg.samples.draw import SCENES, main
from tfcoseg.samples.render import render

FOLDER = samples.without_common_object().parent


def pixels(path):
    with Image.open(path) as picture:
        return np.asarray(picture)


@pytest.mark.parametrize("name", sorted(SCENES))
def test_rows_drawn_again_are_the_committed_ones(name):
    committed = pixels(FOLDER / f"{name}.png").astype(int)
    rows = np.arange(7, committed.shape[0], 23)
    picture, mask = render(SCENES[name](), rows)
    # Powers may differ in the last bit between processors, and rounding makes it one.
    assert np.abs(committed[rows] - picture).max() <= 1
    truth = FOLDER / f"{name}_mask.png"
    expected = pixels(truth)[rows] if truth.exists() else np.zeros_like(mask)
    np.testing.assert_array_equal(mask, expected)


def test_masks_are_binary_and_of_the_size_of_their_pictures():
    for picture, mask in zip(samples.pair(), samples.masks()):
        values = pixels(mask)
        assert values.dtype == np.uint8
        assert values.shape == pixels(picture).shape[:2]
        assert set(np.unique(values)) == {0, 255}
        assert 0.15 <= (values == 255).mean() <= 0.35


def test_the_two_scenes_differ_in_size_and_content():
    first, second = (pixels(path) for path in samples.pair())
    assert first.shape != second.shape
    assert first.shape[-1] == second.shape[-1] == 3
    surroundings = [
        picture[pixels(mask) == 0].mean(axis=0)
        for picture, mask in zip((first, second), samples.masks())
    ]
    assert np.abs(surroundings[0] - surroundings[1]).max() > 30


def test_script_writes_every_file(tmp_path, monkeypatch):
    def quick(scene):
        return render(scene, np.arange(150, 153))

    monkeypatch.setattr("tfcoseg.samples.draw.render", quick)
    main(["--output", str(tmp_path / "new")])
    drawn = {path.name for path in (tmp_path / "new").iterdir()}
    assert drawn == {path.name for path in FOLDER.glob("*.png")}
