"""`tfcoseg segment` with all that can be wrong: one line, and nothing is written."""

import numpy as np
import pytest
from PIL import Image

from tfcoseg.cli.main import main


def segment(*args):
    return main(["segment", *map(str, args)])


@pytest.fixture
def good(tmp_path, square):
    return square(tmp_path / "good.png")


@pytest.fixture
def two(tmp_path, square):
    return [square(tmp_path / f"{name}.png") for name in ("one", "other")]


def make_bad_picture(kind, folder):
    """Makes something that is no picture; returns its path."""
    path = folder / "bad.jpg"
    if kind == "text":
        path.write_text("no picture at all")
    elif kind == "empty":
        path.touch()
    elif kind == "truncated":
        noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
        Image.fromarray(noise).save(path)
        path.write_bytes(path.read_bytes()[:2000])
    return path


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("kind", ["missing", "text", "empty", "truncated"])
def test_one_bad_picture_of_two_is_named(
    kind, first, tmp_path, good, no_network, capsys
):
    bad = make_bad_picture(kind, tmp_path)
    images = (bad, good) if first else (good, bad)
    assert segment(*images, "--output", tmp_path / "out") == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and err.startswith("tfcoseg segment: error: ")
    assert str(bad) in err and good not in err
    assert not (tmp_path / "out").exists()


def test_both_bad_pictures_are_named(tmp_path, no_network, capsys):
    assert segment(tmp_path / "x.png", tmp_path / "y.png") == 1
    err = capsys.readouterr().err
    assert str(tmp_path / "x.png") in err and str(tmp_path / "y.png") in err


@pytest.mark.parametrize("existing", ["one_mask.png", "other_cutout.png"])
def test_an_existing_output_stops_before_the_network_and_before_writing(
    existing, tmp_path, two, no_network, capsys
):
    out = tmp_path / "out"
    out.mkdir()
    (out / existing).write_bytes(b"old")
    assert segment(*two, "--output", out, "--cutout") == 1
    err = capsys.readouterr().err
    assert existing in err and "--overwrite" in err and err.count("\n") == 1
    assert [path.name for path in out.iterdir()] == [existing]
    assert (out / existing).read_bytes() == b"old"


def test_an_existing_correlation_map_stops_too(tmp_path, two, no_network):
    (tmp_path / "one_correlation_19.png").touch()
    assert segment(*two, "--output", tmp_path, "--explain") == 1


@pytest.mark.parametrize(
    "files, instead",
    [
        ([], "which is empty"),
        (["notes.txt", "table.csv"], "with 2 other files"),
        (["one/a.png", "two/b.png"], "--groups"),
    ],
)
@pytest.mark.parametrize("more", [[], ["good"], ["--anchor"]])
def test_a_folder_without_pictures(
    more, files, instead, tmp_path, good, no_network, capsys
):
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in files:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("no picture")
    more = [good if one == "good" else one for one in more]
    more += [good] * ("--anchor" in more)
    assert segment(folder, *more, "--output", tmp_path / "out") == 1
    err = capsys.readouterr().err
    assert f"Received: {folder}, " in err and instead in err and err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_pictures_that_cannot_be_read_are_named_and_counted(
    tmp_path, brightness, square, capsys
):
    """A folder of those alone, and beside others."""
    folder = tmp_path / "folder"
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(50)
    folder.mkdir()
    for name, content in {"a.heic": heic, "b.jpg": b"text", "c": heic}.items():
        (folder / name).write_bytes(content)
    assert segment(folder, "--output", tmp_path / "out") == 1
    err = capsys.readouterr().err
    assert all(str(folder / name) in err for name in ("a.heic", "b.jpg", "c"))
    square(folder / "d.png"), square(folder / "e.jfif.png")
    assert segment(folder, "--output", tmp_path / "out") == 1
    captured = capsys.readouterr()
    assert captured.err.count("error: ") == 3 and "common object" in captured.out


def test_an_input_is_never_replaced(tmp_path, square, no_network, capsys):
    images = [square(tmp_path / "a.png"), square(tmp_path / "a_mask.png")]
    before = (tmp_path / "a_mask.png").read_bytes()
    assert segment(*images, "--output", tmp_path, "--overwrite") == 1
    assert "would replace a picture that is read" in capsys.readouterr().err
    assert (tmp_path / "a_mask.png").read_bytes() == before


@pytest.mark.parametrize("output", ["good.png", "good.png/below"])
def test_an_output_that_is_a_file_is_an_error(
    output, tmp_path, good, no_network, capsys
):
    assert segment(good, good, "--output", tmp_path / output) == 1
    err = capsys.readouterr().err
    assert str(tmp_path / output) in err and err.count("\n") == 1


@pytest.mark.parametrize(
    "weights, complaint",
    [
        ("imagenet", "must be 'coseg'"),
        ("missing.keras", "no such model file: missing.keras"),
        ("missing.weights.h5", "no such model file: missing.weights.h5"),
        ("", "must be 'coseg'"),
    ],
)
def test_weights_that_do_not_exist(
    weights, complaint, tmp_path, good, no_network, capsys
):
    args = ["--output", tmp_path / "out", "--weights", weights]
    assert segment(good, good, *args) == 1
    err = capsys.readouterr().err
    assert complaint in err and err.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("ending", [".keras", ".weights.h5"])
def test_weights_that_are_something_else(ending, tmp_path, two, capfd):
    path = tmp_path / f"text{ending}"
    path.write_text("no model at all")
    assert segment(*two, "--output", tmp_path / "out", "--weights", path) == 1
    err = capfd.readouterr().err
    assert err.startswith("tfcoseg segment: error: ")
    assert str(path) in err and err.count("\n") == 1


@pytest.mark.parametrize(
    "option",
    [
        ["--threshold", "1.5"],
        ["--threshold", "-0.1"],
        ["--threshold", "nan"],
        ["--threshold", "half"],
        ["--min-score", "1.5"],
        ["--min-score", "-0.1"],
        ["--min-score", "nan"],
        ["--min-score", "sure"],
        ["--size", "31"],
        ["--size", "0"],
        ["--size", "100000"],
        ["--size", "-385"],
        ["--size", "385.5"],
        ["--size", "large"],
    ],
)
def test_a_probability_or_size_that_cannot_be(option, good, no_network, capsys):
    with pytest.raises(SystemExit, match="^2$"):
        segment(good, good, *option)
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert f"argument {option[0]}: must be " in err and option[1] in err


def test_the_limits_themselves_are_allowed(tmp_path, two, brightness):
    for limit in (0, 1):
        args = ["--overwrite", "--size", 32, "--threshold", limit, "--min-score", limit]
        assert segment(*two, "--output", tmp_path / "out", *args) == 0
