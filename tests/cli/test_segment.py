"""`tfcoseg segment`: what it writes and what it says."""

import re

import numpy as np
import pytest
from PIL import Image

from tfcoseg.cli.main import main


def segment(*args):
    return main(["segment", *map(str, args)])


def written(folder):
    """The pictures in a folder, beside which `results.json` must be."""
    names = sorted(path.name for path in folder.iterdir())
    names.remove("results.json")
    return names


def read(path):
    with Image.open(path) as image:
        return image.mode, np.asarray(image)


@pytest.fixture
def pair(tmp_path, square):
    """Two pictures of different sizes with a white square each."""
    return (
        square(tmp_path / "in" / "a.png", box=(20, 10, 60, 50), size=(100, 80)),
        square(tmp_path / "in" / "b.jpg", box=(8, 16, 48, 96), size=(64, 128)),
    )


def test_masks_are_8_bit_0_and_255_at_the_pictures_own_size(pair, tmp_path, brightness):
    assert segment(*pair, "--output", tmp_path / "out") == 0
    assert written(tmp_path / "out") == ["a_mask.png", "b_mask.png"]
    mode, mask = read(tmp_path / "out" / "a_mask.png")
    assert mode == "L" and mask.shape == (80, 100)
    expected = np.zeros((80, 100), np.uint8)
    expected[10:50, 20:60] = 255
    assert (mask != expected).mean() < 0.03  # the edge, through the working size
    assert set(np.unique(mask)) == {0, 255}
    assert read(tmp_path / "out" / "b_mask.png")[1].shape == (128, 64)


def test_says_in_one_line_what_it_found(pair, tmp_path, brightness, capsys):
    segment(*pair, "--output", tmp_path / "out")
    captured = capsys.readouterr()
    assert captured.err == ""
    shares, sure = r"(\d+) % of a\.png, (\d+) % of b\.jpg", r"(0\.9\d|1\.00)"
    line = rf"common object: {shares} \(probability {sure}\)\n"
    found = re.fullmatch(line, captured.out)
    assert found, captured.out
    # 40 x 40 of 100 x 80, and 40 x 80 of 64 x 128.
    assert abs(int(found[1]) - 20) <= 1 and abs(int(found[2]) - 39) <= 1


def test_says_in_which_picture_nothing_was_found(tmp_path, square, brightness, capsys):
    bright = square(tmp_path / "bright.png")
    dim = square(tmp_path / "dim.png", value=100)
    options = ["--output", tmp_path / "out", "--min-score", 0.3]
    assert segment(bright, dim, *options) == 0
    assert capsys.readouterr().out == (
        "common object in one picture only: 26 % of bright.png, nothing in dim.png "
        "(probability 0.39)\n"
    )
    assert read(tmp_path / "out" / "bright_mask.png")[1].any()
    assert not read(tmp_path / "out" / "dim_mask.png")[1].any()


def test_a_pair_of_a_low_score_has_nothing_in_common(
    tmp_path, square, brightness, capsys
):
    bright, dim = square(tmp_path / "a.png"), square(tmp_path / "b.png", value=100)
    options = ["--output", tmp_path / "out", "--threshold", 0.3]
    assert segment(bright, dim, *options) == 0
    said = "no common object in a.png and b.png (probability 0.39)\n"
    assert capsys.readouterr() == (said, "")
    for name in "ab":
        assert not read(tmp_path / "out" / f"{name}_mask.png")[1].any()
    assert segment(bright, dim, *options, "--overwrite", "--min-score", 0.38) == 0
    said = "common object: 26 % of a.png, 26 % of b.png (probability 0.39)\n"
    assert capsys.readouterr() == (said, "")


def test_a_small_find_is_not_called_nothing(tmp_path, square, brightness, capsys):
    images = [square(tmp_path / f"{n}.png", (50, 50, 58, 58), (200, 200)) for n in "ab"]
    segment(*images, "--output", tmp_path / "out")
    assert "under 1 % of a.png" in capsys.readouterr().out


def test_quiet_prints_nothing(pair, tmp_path, brightness, capsys):
    segment(*pair, "--output", tmp_path / "out", "--quiet")
    assert capsys.readouterr() == ("", "")


def test_overlay_cutout_and_explain(pair, tmp_path, brightness):
    out = tmp_path / "out"
    segment(*pair, "--output", out, "--overlay", "--cutout", "--explain")
    endings = ["correlation_11", "correlation_15", "cutout", "mask", "overlay"]
    assert written(out) == [f"{name}_{end}.png" for name in "ab" for end in endings]
    picture, (_, mask) = read(pair[0])[1], read(out / "a_mask.png")
    mode, overlay = read(out / "a_overlay.png")
    assert mode == "RGB" and overlay.shape == picture.shape
    assert (overlay[30, 40] != picture[30, 40]).any()
    np.testing.assert_array_equal(overlay[70:], picture[70:])
    mode, cutout = read(out / "a_cutout.png")
    assert mode == "RGBA"
    np.testing.assert_array_equal(cutout[..., 3], mask)
    np.testing.assert_array_equal(cutout[30, 40, :3], picture[30, 40])
    for size in (11, 15):
        mode, level = read(out / f"a_correlation_{size}.png")
        assert mode == "RGB" and level.shape == picture.shape
        assert level[30, 40].sum() > 500 > 100 > level[70, 90].sum()


def test_equal_stems_get_distinct_names(tmp_path, square, brightness, capsys):
    first = square(tmp_path / "x" / "cat.png")
    second = square(tmp_path / "y" / "cat.png", box=(0, 0, 90, 60))
    assert segment(first, second, "--output", tmp_path / "out") == 0
    assert written(tmp_path / "out") == ["cat_1_mask.png", "cat_2_mask.png"]
    areas = [read(tmp_path / "out" / f"cat_{n}_mask.png")[1].mean() for n in (1, 2)]
    assert areas[0] < areas[1]
    out = capsys.readouterr().out
    assert f"of {first}, " in out and f"of {second} (" in out


def test_the_same_picture_twice_counts_once(pair, tmp_path, no_network, capsys):
    assert segment(pair[0], pair[0], "--output", tmp_path / "out") == 1
    err = capsys.readouterr().err
    assert (
        f"Two pictures are needed, of which each counts once; there is only {pair[0]}"
        in err
    )
    assert not (tmp_path / "out").exists()


def test_the_output_folder_is_this_one_by_default(
    pair, tmp_path, brightness, monkeypatch
):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert segment(*pair) == 0
    assert written(tmp_path / "here") == ["a_mask.png", "b_mask.png"]


def test_overwrite_replaces_what_is_there(pair, tmp_path, brightness):
    out = tmp_path / "out"
    out.mkdir()
    (out / "a_mask.png").write_bytes(b"old")
    (out / "other.png").write_bytes(b"kept")
    assert segment(*pair, "--output", out, "--overwrite") == 0
    assert written(out) == ["a_mask.png", "b_mask.png", "other.png"]
    assert read(out / "a_mask.png")[1].shape == (80, 100)
    assert (out / "other.png").read_bytes() == b"kept"


def test_the_threshold_and_the_size_reach_the_predictor(tmp_path, square, brightness):
    images = [square(tmp_path / f"{name}.png", value=100) for name in "ab"]
    args = ["--output", tmp_path / "out", "--overwrite", "--min-score", 0]
    segment(*images, *args, "--threshold", 0.39)
    assert read(tmp_path / "out" / "a_mask.png")[1].any()
    segment(*images, *args, "--threshold", 0.4)
    assert not read(tmp_path / "out" / "a_mask.png")[1].any()
    # At 32 x 32 a thin line is washed out, at 96 x 96 it is not.
    thin = [square(tmp_path / f"{name}.png", (40, 0, 41, 64)) for name in "cd"]
    for size, seen in [(32, False), (96, True)]:
        segment(*thin, *args, "--size", size)
        assert read(tmp_path / "out" / "c_mask.png")[1].any() == seen
