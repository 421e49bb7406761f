"""`tfcoseg segment` with folders, groups, tables and anchors; and how it goes on."""

import functools
import io
import json
import re
import shutil
import sys

import numpy as np
import pytest
import tqdm
from PIL import Image

from tfcoseg.cli.main import main
from tfcoseg.coco import decode_rle
from tfcoseg.embedded import EMBEDDED_WEIGHTS
from tfcoseg.pictures import reading


def segment(*args):
    return main(["segment", *map(str, args)])


def mask_of(path):
    with Image.open(path) as image:
        return np.asarray(image)


def files_in(folder):
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
    )


@pytest.fixture
def photos(tmp_path, square):
    """Four pictures with a bright box, of different sizes."""
    for index, name in enumerate("abcd"):
        square(tmp_path / "photos" / f"{name}.png", size=(96, 64 + 8 * index))
    return tmp_path / "photos"


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def entries(out, group=""):
    content = json.loads((out / "results.json").read_text())
    return {entry["file"]: entry for entry in content["groups"][group]["pictures"]}


def test_a_folder_is_one_group(photos, out, brightness, capsys):
    assert segment(photos, "--output", out) == 0
    assert files_in(out) == [*(f"{n}_mask.png" for n in "abcd"), "results.json"]
    line = "common object in 4 of 4 pictures\n"
    assert capsys.readouterr() == (line, "")


def test_results_say_what_was_found(photos, out, brightness):
    segment(photos, "--output", out, "--soft")
    found = entries(out)
    assert list(found) == [str(photos / f"{name}.png") for name in "abcd"]
    entry = found[str(photos / "b.png")]
    mask = mask_of(out / entry["outputs"]["mask"]) > 0
    assert (entry["height"], entry["width"]) == mask.shape == (72, 96)
    np.testing.assert_array_equal(decode_rle(entry["segmentation"]), mask)
    assert entry["area"] == pytest.approx(mask.mean())
    (outline,) = entry["polygons"]
    assert entry["holes"] == [] and len(outline) >= 8
    assert min(outline) >= 9 and max(outline) <= 61
    assert entry["found"] is True and 0.9 < entry["score"] <= 1
    assert not {"membership", "outlier"} & set(entry)
    assert entry["outputs"] == {"mask": "b_mask.png", "soft": "b_soft.png"}
    content = json.loads((out / "results.json").read_text())
    assert content["weights"]["name"] == EMBEDDED_WEIGHTS[-1]
    assert len(content["weights"]["sha256"]) == 64
    assert content["options"]["size"] == 321 and content["options"]["soft"]
    assert content["options"]["min_score"] is None


def test_pycocotools_reads_the_run_lengths(photos, out, brightness):
    coco = pytest.importorskip("pycocotools.mask", reason="needs pycocotools")
    segment(photos, "--output", out)
    for entry in entries(out).values():
        mask = mask_of(out / entry["outputs"]["mask"])
        np.testing.assert_array_equal(coco.decode(entry["segmentation"]), mask > 0)


def test_soft_masks_are_16_bit(photos, out, brightness):
    segment(photos, "--output", out, "--soft")
    with Image.open(out / "a_soft.png") as image:
        assert image.mode == "I;16"
        soft = np.asarray(image)
    assert soft[30, 40] == 65535 and soft[60, 90] == 0
    assert len(np.unique(soft)) > 3
    np.testing.assert_array_equal(soft >= 32768, mask_of(out / "a_mask.png") > 0)


def test_cutouts_on_a_ground(photos, out, brightness):
    segment(photos, "--output", out, "--cutout", "--background", "#ffcc00")
    with Image.open(out / "a_cutout.png") as image:
        assert image.mode == "RGB"
        assert image.getpixel((0, 0)) == (255, 204, 0)
        assert image.getpixel((40, 30)) == (255, 255, 255)


def test_a_contact_sheet_shows_every_picture(photos, out, brightness):
    segment(photos, "--output", out, "--sheet")
    with Image.open(out / "contact_sheet.png") as image:
        assert image.width > 4 * 160 and 160 < image.height < 250
    before = (out / "contact_sheet.png").stat().st_mtime_ns
    segment(photos, "--output", out, "--sheet")
    assert (out / "contact_sheet.png").stat().st_mtime_ns == before


def test_a_group_of_each_folder(photos, out, tmp_path, square, brightness, capsys):
    square(tmp_path / "albums" / "x" / "a.png")
    square(tmp_path / "albums" / "x" / "b.png", value=100)
    shutil.copytree(photos, tmp_path / "albums" / "y")
    assert segment("--groups", tmp_path / "albums", "--output", out) == 0
    assert files_in(out)[-1] == "y/d_mask.png" and len(files_in(out)) == 7
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "x: no common object in a.png and b.png (probability 0.39)"
    assert lines[1] == "y: common object in 4 of 4 pictures"


def test_pairs_of_a_table(photos, out, tmp_path, brightness):
    table = tmp_path / "pairs.csv"
    table.write_text("photos/a.png,photos/b.png\nphotos/c.png,photos/d.png,named\n")
    assert segment("--pairs", table, "--output", out) == 0
    assert files_in(out) == [
        *("a+b/a_mask.png", "a+b/b_mask.png"),
        *("named/c_mask.png", "named/d_mask.png", "results.json"),
    ]


def test_one_bad_file_is_left_out_and_said(photos, out, brightness, capsys):
    (photos / "bb.jpg").write_text("no picture")
    assert segment(photos, "--output", out) == 1
    captured = capsys.readouterr()
    assert captured.out == "common object in 4 of 4 pictures\n"
    assert captured.err.count("\n") == 1 and "bb.jpg" in captured.err
    content = json.loads((out / "results.json").read_text())
    (problem,) = content["groups"][""]["problems"]
    assert "bb.jpg" in problem
    # Another time the good ones are kept, and the bad one is still said.
    assert segment(photos, "--output", out) == 1
    assert "bb.jpg" in capsys.readouterr().err


def test_a_group_that_cannot_be_used_costs_no_other(
    photos, out, tmp_path, square, brightness, capsys
):
    square(tmp_path / "albums" / "alone" / "a.png")
    shutil.copytree(photos, tmp_path / "albums" / "y")
    assert segment("--groups", tmp_path / "albums", "--output", out) == 1
    captured = capsys.readouterr()
    assert "the group 'alone' has only" in captured.err
    assert captured.out == "y: common object in 4 of 4 pictures\n"


def test_the_same_again_keeps_everything(photos, out, brightness, capsys, monkeypatch):
    segment(photos, "--output", out, "--overlay")
    before = {name: (out / name).stat().st_mtime_ns for name in files_in(out)}
    monkeypatch.setattr("tfcoseg.inference.predictor.load_runtime", None)
    assert segment(photos, "--output", out, "--overlay") == 0
    assert "(4 kept from before)" in capsys.readouterr().out
    del before["results.json"]
    assert before == {name: (out / name).stat().st_mtime_ns for name in before}


def test_what_is_missing_is_made_again(photos, out, brightness, capsys):
    segment(photos, "--output", out)
    kept = (out / "a_mask.png").stat().st_mtime_ns
    expected = (out / "b_mask.png").read_bytes()
    (out / "b_mask.png").unlink()
    assert segment(photos, "--output", out) == 0
    assert "(3 kept from before)" in capsys.readouterr().out
    assert (out / "b_mask.png").read_bytes() == expected
    assert (out / "a_mask.png").stat().st_mtime_ns == kept


class Interrupted(Exception):
    """Stands for whatever ends a process in its work."""


def test_an_interrupted_run_resumes(photos, out, brightness, monkeypatch, capsys):
    from tfcoseg.batch import work

    write, calls = work.write_png, []

    def stop_at_third(*args, **more):
        calls.append(args)
        if len(calls) == 3:
            write(*args, **more)  # there, but in no results.json
            raise Interrupted
        write(*args, **more)

    monkeypatch.setattr(work, "write_png", stop_at_third)
    with pytest.raises(Interrupted):
        segment(photos, "--output", out)
    monkeypatch.setattr(work, "write_png", write)
    assert segment(photos, "--output", out) == 0
    assert "common object in 4 of 4 pictures" in capsys.readouterr().out
    assert len(entries(out)) == 4


@pytest.mark.parametrize(
    "change, complaint",
    [
        (["--size", "64"], "size: 321 then, 64 now"),
        (["--overlay"], "overlay: false then, true now"),
        (["--min-score", "0.4"], "min_score: null then, 0.4 now"),
    ],
)
def test_other_options_are_refused(
    change, complaint, photos, out, brightness, capsys, request
):
    segment(photos, "--output", out)
    before = files_in(out)
    assert segment(photos, "--output", out, *change) == 1
    err = capsys.readouterr().err
    assert complaint in err and "--overwrite" in err and err.count("\n") == 1
    assert files_in(out) == before
    assert segment(photos, "--output", out, *change, "--overwrite") == 0


def test_another_picture_more_is_refused(photos, out, square, brightness, capsys):
    segment(photos, "--output", out)
    square(photos / "e.png")
    assert segment(photos, "--output", out) == 1
    assert "e.png added" in capsys.readouterr().err
    assert not (out / "e_mask.png").exists()
    assert segment(photos, "--output", out, "--overwrite") == 0
    assert (out / "e_mask.png").exists()


def test_what_it_wrote_is_never_read(photos, brightness, capsys):
    for _ in range(2):
        args = ["--output", photos, "--overlay", "--sheet", "--recursive"]
        assert segment(photos, *args) == 0
    assert "common object in 4 of 4 pictures (4 kept" in capsys.readouterr().out
    assert len(entries(photos)) == 4


def test_a_file_that_is_not_ours_is_not_replaced(photos, out, brightness, capsys):
    segment(photos, "--output", out)
    (out / "x").mkdir()
    (out / "x" / "a_mask.png").write_bytes(b"mine")
    shutil.copytree(photos, photos.parent / "albums" / "x")
    assert segment("--groups", photos.parent / "albums", "--output", out) == 1
    assert "a_mask.png exists already" in capsys.readouterr().err
    assert (out / "x" / "a_mask.png").read_bytes() == b"mine"


def test_an_anchor_and_its_others(photos, out, square, brightness, capsys):
    anchor = square(photos.parent / "mug.png")
    args = [photos, "--anchor", anchor, "--output", out]
    assert segment(*args) == 0
    assert capsys.readouterr().out == "common object in 4 of 4 pictures\n"
    assert not (out / "mug_mask.png").exists()
    # Beside an anchor no picture has to do with another: one more is no other result.
    square(photos / "e.png")
    assert segment(*args) == 0
    assert "in 5 of 5 pictures (4 kept from before)" in capsys.readouterr().out
    square(photos.parent / "mug.png", box=(0, 0, 9, 9))
    assert segment(*args) == 1
    assert "another anchor" in capsys.readouterr().err


@pytest.mark.parametrize("anchored", [False, True])
def test_what_shows_something_else_gets_an_empty_mask_and_is_said(
    anchored, photos, out, square, brightness, capsys
):
    square(photos / "b.png", value=70)
    anchor = ["--anchor", square(photos.parent / "mug.png")] if anchored else []
    args = [photos, *anchor, "--output", out, "--sheet", "--threshold", 0.2]
    assert segment(*args) == 0
    line = "common object in 3 of 4 pictures; the common object is not in b.png"
    assert capsys.readouterr().out == f"{line} (probability 0.27)\n"
    entry = entries(out)[str(photos / "b.png")]
    assert entry["score"] == pytest.approx(70 / 255, abs=5e-3) and not entry["found"]
    assert entry["area"] == 0 and entry["polygons"] == []
    assert not mask_of(out / "b_mask.png").any() and mask_of(out / "a_mask.png").any()
    assert segment(*args, "--overwrite", "--min-score", 0.2) == 0
    assert capsys.readouterr().out == "common object in 4 of 4 pictures\n"
    assert mask_of(out / "b_mask.png").any()
    assert entries(out)[str(photos / "b.png")]["found"]


def test_of_many_absences_the_first_are_named(
    out, tmp_path, square, brightness, capsys
):
    for index in range(20):
        value = 255 if index < 12 else 70
        square(
            tmp_path / "photos" / f"{index:02}.png", size=(96, 64 + index), value=value
        )
    assert segment(tmp_path / "photos", "--output", out) == 0
    line = capsys.readouterr().out
    assert line.startswith("common object in 12 of 20 pictures; ")
    assert "not in 12.png (probability 0.27), 13.png (" in line
    assert line.endswith("16.png (probability 0.27) and 3 more\n")


def test_json_lines_are_the_results(photos, out, brightness, capsys):
    assert segment(photos, "--output", out, "--json") == 0
    captured = capsys.readouterr()
    lines = [json.loads(line) for line in captured.out.splitlines()]
    assert captured.err == ""
    assert [{"group": "", **entry} for entry in entries(out).values()] == lines


def test_after_going_on_all_stay_in_the_order_of_the_pictures(
    photos, out, brightness, capsys
):
    segment(photos, "--output", out, "--json")
    expected = capsys.readouterr().out
    (out / "a_mask.png").unlink()
    segment(photos, "--output", out, "--json")
    assert capsys.readouterr().out == expected


def test_a_terminal_sees_how_far_how_fast_how_long_and_which_file(
    photos, out, brightness, monkeypatch
):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    # Every step is shown, however soon it is over.
    at_once = functools.partial(tqdm.tqdm, mininterval=0)
    monkeypatch.setattr(tqdm, "tqdm", at_once)
    shown = {}
    for options in ((), ("--overwrite", "--quiet")):
        terminal = Terminal()
        monkeypatch.setattr(sys, "stderr", terminal)
        assert segment(photos, "--output", out, *options) == 0
        shown[options] = terminal.getvalue()
    states = shown[()].split("\r")
    assert any(re.search(r"2/4 .*picture.*\b[abcd]\.png", state) for state in states)
    # 50%|##   | 2/4 [elapsed<left, rate, file]
    pattern = r"\d+%\|.*\| \d/4 \[\d\d:\d\d<(\d\d:\d\d|\?), .*(picture/s|s/picture), "
    assert any(re.search(pattern, state) for state in states)
    assert shown["--overwrite", "--quiet"] == ""


def test_a_folder_below_a_file_is_said_to_be_none(photos, tmp_path, no_network, capsys):
    (tmp_path / "file").write_text("mine")
    assert segment(photos, "--output", tmp_path / "file" / "out") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "The output folder cannot be written to" in line and "file/out" in line
    assert (tmp_path / "file").read_text() == "mine"


@pytest.fixture
def decoded(monkeypatch):
    """The size of each picture that is decoded, in order."""
    sizes, decode = [], reading.decoded

    def counting(image):
        sizes.append(image.size)
        return decode(image)

    monkeypatch.setattr("tfcoseg.pictures.reading.decoded", counting)
    return sizes


ALL = ["--overlay", "--cutout", "--soft", "--sheet"]


@pytest.mark.parametrize("count", [2, 5])
@pytest.mark.parametrize("options", [[], ["--sheet"], ALL])
def test_every_picture_is_decoded_once(
    count, options, tmp_path, square, brightness, decoded
):
    paths = [tmp_path / f"{number}.png" for number in range(count)]
    for number, path in enumerate(paths):
        square(path, size=(96 + number, 64))
    output = ["--output", str(tmp_path / "out"), "--size", "33", *options]
    assert main(["segment", *map(str, paths), *output]) == 0
    assert sorted(decoded) == [(96 + number, 64) for number in range(count)]


def test_so_is_each_beside_an_anchor(tmp_path, square, brightness, decoded):
    paths = [tmp_path / f"{number}.png" for number in range(3)]
    for number, path in enumerate(paths):
        square(path, size=(96 + number, 64))
    anchor, *others = map(str, paths)
    output = ["--output", str(tmp_path / "out"), "--size", "33", *ALL]
    assert main(["segment", *others, "--anchor", anchor, *output]) == 0
    assert sorted(decoded) == [(96, 64), (97, 64), (98, 64)]


def test_what_does_not_fit_into_memory_is_decoded_again(
    tmp_path, square, brightness, decoded, monkeypatch
):
    """Room for two of three; what is drawn is the same."""
    monkeypatch.setattr("tfcoseg.batch.decoded._MOST_BYTES", 2 * 96 * 64 * 3 + 100)
    paths = [tmp_path / f"{number}.png" for number in range(3)]
    for path in paths:
        square(path)
    output = ["--output", str(tmp_path / "out"), "--size", "33", "--cutout"]
    assert main(["segment", *map(str, paths), *output]) == 0
    assert len(decoded) == 4
    cut = [np.asarray(Image.open(p)) for p in sorted(tmp_path.glob("out/*_cutout.png"))]
    assert len(cut) == 3 and all(np.array_equal(cut[0], other) for other in cut)
    assert cut[0][..., 3].any()


def test_a_sheet_of_a_run_that_resumes_reads_what_is_missing(
    tmp_path, square, brightness, decoded
):
    paths = [tmp_path / f"{number}.png" for number in range(3)]
    for path in paths:
        square(path)
    output = ["--output", str(tmp_path / "out"), "--size", "33", "--sheet"]
    assert main(["segment", *map(str, paths), *output]) == 0
    before = (tmp_path / "out/contact_sheet.png").read_bytes()
    (tmp_path / "out/1_mask.png").unlink()
    assert main(["segment", *map(str, paths), *output]) == 0
    # All three for the masks, of which each depends on all.
    assert len(decoded) == 6
    assert (tmp_path / "out/contact_sheet.png").read_bytes() == before
