"""`tfcoseg segment` with standard input and output, and while it watches."""

import io
import itertools
import json
import os
import shlex
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from tfcoseg.batch import Group
from tfcoseg.cli import pipes, streams, watch
from tfcoseg.cli.main import main
from tfcoseg.pictures import read_mask


def segment(*args):
    return main(["segment", *map(str, args)])


@pytest.fixture
def pipe(monkeypatch):
    """Standard input with some bytes, and what goes to standard output."""
    out = io.BytesIO()

    def give(content):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
        fake = SimpleNamespace(buffer=out, flush=lambda: None, write=lambda text: None)
        monkeypatch.setattr(sys, "stdout", fake)
        return out

    return give


@pytest.fixture
def two(tmp_path, square):
    first = square(tmp_path / "in" / "a.png", size=(100, 80))
    return first, square(tmp_path / "in" / "b.png")


def test_a_picture_in_and_its_mask_out(two, tmp_path, pipe, brightness):
    out = pipe(Path(two[0]).read_bytes())
    assert segment("-", two[1], "--output", "-") == 0
    mask = np.asarray(Image.open(io.BytesIO(out.getvalue())))
    assert mask.shape == (80, 100) and mask.dtype == np.uint8
    assert mask[30, 40] == 255 and mask[70, 90] == 0
    assert sorted(os.listdir(tmp_path)) == ["in"]


@pytest.mark.parametrize(
    "option, mode", [("--cutout", "RGBA"), ("--overlay", "RGB"), ("--quiet", "L")]
)
def test_cutouts_and_overlays_go_through_a_pipe_too(
    option, mode, two, pipe, brightness
):
    out = pipe(b"")
    assert segment(*two, "--output", "-", option) == 0
    assert Image.open(io.BytesIO(out.getvalue())).mode == mode


@pytest.mark.parametrize("others", [1, 3])
def test_a_pipe_says_that_nothing_is_in_common_beside_the_picture(
    others, tmp_path, square, pipe, brightness, capsys
):
    dim = square(tmp_path / "dim.png", value=70)
    pictures = [square(tmp_path / f"{n}.png", size=(96, 64 + n)) for n in range(others)]
    out = pipe(Path(dim).read_bytes())
    assert segment("-", *pictures, "--output", "-") == 0
    assert not np.asarray(Image.open(io.BytesIO(out.getvalue()))).any()
    start = "no common object in - and 0.png" if others == 1 else None
    start = start or "the common object is not in -"
    assert capsys.readouterr().err == f"{start} (probability 0.27)\n"
    pipe(Path(dim).read_bytes())
    assert segment("-", *pictures, "--output", "-", "--quiet") == 0
    assert capsys.readouterr().err == ""


def test_a_picture_from_a_pipe_beside_files_on_the_disk(
    two, tmp_path, monkeypatch, brightness, capsys
):
    content = Path(two[0]).read_bytes()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    assert segment(two[1], "-", "--output", tmp_path / "out") == 0
    assert "of b.png" in capsys.readouterr().out
    content = json.loads((tmp_path / "out" / "results.json").read_text())
    files = [entry["file"] for entry in content["groups"][""]["pictures"]]
    assert files == [two[1], "-"]
    assert (tmp_path / "out" / "stdin_mask.png").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_named_pipe_is_read_once(two, tmp_path, brightness):
    """As <(command) of a shell is."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    content = Path(two[0]).read_bytes()
    writer = threading.Thread(target=pipe.write_bytes, args=[content])
    writer.start()
    assert segment(two[1], pipe, "--output", tmp_path / "out") == 0
    writer.join(10)
    content = json.loads((tmp_path / "out" / "results.json").read_text())
    files = [entry["file"] for entry in content["groups"][""]["pictures"]]
    assert files == [two[1], str(pipe)]
    expected = read_mask(tmp_path / "out" / "pipe_mask.png")
    assert expected.shape == (80, 100) and expected.any()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_in_a_folder_is_no_picture(two, tmp_path, brightness, capsys):
    folder = Path(two[0]).parent
    os.mkfifo(folder / "pipe.png")
    os.symlink("circle.png", folder / "circle.png")
    assert segment(folder, "--output", tmp_path / "out") == 1
    captured = capsys.readouterr()
    assert "common object" in captured.out and "Traceback" not in captured.err
    assert captured.err.count("error: ") == 1 and "circle.png" in captured.err


def test_closed_standard_input(two, monkeypatch, no_network, capsys):
    monkeypatch.setattr(streams, "CLOSED", {"stdin", "stdout"})
    monkeypatch.setattr(pipes, "CLOSED", {"stdin", "stdout"})
    assert segment(two[0], "-") == 1
    assert "standard input. Received: it is closed" in capsys.readouterr().err
    assert segment(*two, "--output", "-") == 1
    assert "standard output for a mask. Received" in capsys.readouterr().err


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_streams_that_the_shell_has_closed(closed, two, tmp_path):
    """Nothing crashes, and the exit code is that of the work."""
    code = (
        "import sys\n"
        "from tfcoseg.cli.main import main\n"
        "from tfcoseg.inference import predictor\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "from brightness import BrightnessRuntime\n"
        "predictor.load_runtime = lambda *_: BrightnessRuntime()\n"
        "sys.exit(main(['segment', *sys.argv[2:]]))\n"
    )
    conftest = (Path(__file__).parent / "conftest.py").read_text()
    (tmp_path / "brightness.py").write_text(conftest)
    gone = str(tmp_path / "gone.png")
    out = str(tmp_path / "out")
    for pictures, expected in ((two, 0), ([two[0], gone], 1), (["-", two[0]], None)):
        arguments = [sys.executable, "-c", code, str(tmp_path), *pictures]
        line = shlex.join([*arguments, "--output", out, "--overwrite"])
        ran = subprocess.run(f"{line} {closed}", shell=True, stdin=subprocess.DEVNULL)
        assert ran.returncode == (1 if expected is None else expected)
    assert read_mask(tmp_path / "out" / "a_mask.png").any()


def test_no_picture_comes_through_the_pipe(two, pipe, no_network, capsys):
    out = pipe(b"")
    assert segment("-", two[1], "--output", "-") == 1
    assert "Expected a readable picture" in capsys.readouterr().err
    assert out.getvalue() == b""


@pytest.mark.parametrize(
    "line, complaint",
    [
        ([], "one of the three. Received: none"),
        (["a", "--groups", "b"], "one of the three. Received: more than one"),
        (["--pairs", "x", "--anchor", "b"], "--anchor with --pairs has no meaning"),
        (["a", "--background", "red"], "--background without --cutout"),
        (["--groups", "a", "--explain"], "--explain with --groups"),
        (["-", "-"], "- more than once"),
        (["a", "b", "--output", "-", "--json"], "--output - with --json"),
        (["--groups", "b", "--output", "-"], "--output - with --groups"),
        (["a", "b", "--output", "-", "--sheet"], "with --soft, --sheet or --explain"),
        (["-", "b", "--watch"], "--watch with -"),
        (["a", "b", "--watch", "0"], "--watch 0"),
    ],
)
def test_what_does_not_go_together(line, complaint, no_network, capsys):
    assert segment(*line) == 2
    err = capsys.readouterr().err
    assert complaint in err and err.count("\n") == 1


@pytest.mark.parametrize(
    "line, complaint",
    [
        (["a", "b", "c", "--explain"], "takes two pictures, A and B. Received: 3"),
        (["a", "b", "--anchor", "gone.jpg"], "There is no such picture: gone.jpg"),
    ],
)
def test_what_only_the_pictures_tell(line, complaint, no_network, capsys):
    assert segment(*line) == 1
    err = capsys.readouterr().err
    assert complaint in err and err.count("\n") == 1


def test_a_colour_that_is_none(no_network, capsys):
    with pytest.raises(SystemExit, match="^2$"):
        segment("a", "b", "--cutout", "--background", "nocolour")
    assert "must be a colour like white" in capsys.readouterr().err


def test_changes_are_told_when_they_have_come_to_rest(tmp_path, monkeypatch):
    """A look per second: what is new must have been the same at two of them."""
    picture, growing = tmp_path / "a.png", tmp_path / "b.png"
    picture.write_bytes(b"1")
    happens = {
        2: lambda: growing.write_bytes(b"1"),
        3: lambda: growing.write_bytes(b"12"),
        4: lambda: None,
        6: lambda: growing.unlink(),
        9: lambda: os.utime(picture, (1, 1)),
    }
    clock = itertools.count(1)
    told = []

    def sleep(seconds):
        assert seconds == 7
        now = next(clock)
        if now > 12:
            raise KeyboardInterrupt
        told.append(now)
        happens.get(now, lambda: None)()

    monkeypatch.setattr(watch.time, "sleep", sleep)

    def groups():
        return [Group("", tuple(sorted(tmp_path.glob("*.png"))))]

    changed = []
    with pytest.raises(KeyboardInterrupt):
        for _ in watch.changes(groups, 7, quiet=True):
            changed.append(told[-1])
    assert changed == [4, 7, 10]


def test_while_it_watches_nothing_that_passes_ends_it(
    two, tmp_path, brightness, monkeypatch, capsys
):
    """An empty folder; a table that is half saved; a group that fails."""
    table, out = tmp_path / "pairs.csv", tmp_path / "out"
    table.write_text("in/a.png,in/b.png,first\n")
    steps = iter(
        [
            lambda: table.write_text("in/a.png,in/b.png,first\nin/a"),
            lambda: None,
            lambda: table.write_text(
                "in/a.png,in/b.png,first\nin/a.png,in/gone.png,second\n"
                "in/b.png,in/a.png,third\n"
            ),
            lambda: None,
            lambda: (tmp_path / "in" / "gone.png").write_bytes(b"no picture"),
            lambda: None,
            lambda: None,
            lambda: 1 / 0,
        ]
    )
    monkeypatch.setattr(watch.time, "sleep", lambda _: next(steps)())
    with pytest.raises(ZeroDivisionError):
        segment("--pairs", table, "--output", out, "--watch")
    captured = capsys.readouterr()
    assert "gone.png" in captured.err
    assert (out / "first" / "a_mask.png").exists()
    assert (out / "third" / "a_mask.png").exists()


def test_while_it_watches_a_folder_may_be_empty_at_first(
    two, tmp_path, brightness, monkeypatch, capsys
):
    folder, out = tmp_path / "later", tmp_path / "out"
    folder.mkdir()
    looks = itertools.count(1)

    def sleep(_):
        look = next(looks)
        if look == 1:
            for path in map(Path, two):
                (folder / path.name).write_bytes(path.read_bytes())
        if look == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(watch.time, "sleep", sleep)
    assert segment(folder, "--output", out, "--watch") == 130
    assert (out / "a_mask.png").exists()


def test_while_it_watches_new_pictures_are_found(
    two, tmp_path, square, brightness, monkeypatch, capsys
):
    folder, out = tmp_path / "in", tmp_path / "out"
    looks = itertools.count(1)

    def sleep(_):
        look = next(looks)
        if look == 1:
            square(folder / "c.png")
        if look == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(watch.time, "sleep", sleep)
    assert segment(folder, "--output", out, "--watch") == 130
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("common object: ") and len(lines) == 2
    assert lines[1] == "common object in 3 of 3 pictures"
    assert (out / "c_mask.png").exists()
