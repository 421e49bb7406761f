"""What the README tells people to type works as it stands."""

import argparse
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tfcoseg import samples
from tfcoseg.cards import read_card
from tfcoseg.cli.main import COMMANDS, build_parser, main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
COMMAND = re.compile(r"\btfcoseg (?:%s)\b[^`\n&]*" % "|".join(COMMANDS))


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.fixture
def my_pictures(tmp_path, monkeypatch):
    """A folder as the README describes it, in the folder where its blocks run."""
    random = np.random.default_rng(0)
    for group, colour in (("sheep", 230), ("car", 40)):
        for kind in ("images", "masks"):
            (tmp_path / "my_pictures" / kind / group).mkdir(parents=True)
        for index in range(3):
            pixels = random.integers(90, 160, (72, 96, 3), np.uint8)
            mask = np.zeros((72, 96), np.uint8)
            mask[20 + index : 50, 30 : 70 + index] = 255
            pixels[mask > 0] = colour
            for kind, array, suffix in (
                ("images", pixels, "jpg"),
                ("masks", mask, "png"),
            ):
                path = tmp_path / "my_pictures" / kind / group / f"{index}.{suffix}"
                Image.fromarray(array).save(path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_python_blocks_run_one_after_the_other(my_pictures):
    quick_start, batches, fit = blocks("python")
    names = {}
    exec(quick_start, names)
    for mask, path in zip(
        (names["result"].mask_a, names["result"].mask_b), samples.pair()
    ):
        with Image.open(path) as picture:
            assert mask.shape == (picture.height, picture.width)
        assert set(np.unique(mask)) == {0, 255}
    assert len(names["group"].masks) == 3
    exec(batches, names)
    assert names["masks"]["mask_b"].shape == (2, 240, 320, 1)
    before = [weight.copy() for weight in names["model"].get_weights()]
    exec(fit, names)
    after = names["model"].get_weights()
    assert any(not np.array_equal(old, new) for old, new in zip(before, after))
    assert (my_pictures / "my_model.keras").stat().st_size > 1_000_000


def test_quick_start_is_ten_lines():
    lines = [line for line in blocks("python")[0].splitlines() if line]
    assert len(lines) <= 10


def test_it_opens_with_the_two_lines_that_do_the_set_up():
    install_and_segment, install_and_test = blocks("sh")[0].splitlines()
    assert README.index("```sh") < 100
    assert install_and_segment.startswith("pip install . && tfcoseg segment ")
    assert install_and_test == "pip install '.[test]' && pytest"


@pytest.mark.gates
@pytest.mark.slow
def test_the_first_line_finds_the_sheep(tmp_path, monkeypatch, capsys):
    line = blocks("sh")[0].splitlines()[0].partition(" && ")[2]
    _, *arguments = shlex.split(line)
    # The line is typed in the folder of the sources; the masks shall not land there.
    arguments = [str(ROOT / a) if (ROOT / a).is_file() else a for a in arguments]
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 0
    assert capsys.readouterr().out.startswith("common object: ")
    for picture, truth in zip(samples.pair(), samples.masks()):
        mask = np.asarray(Image.open(tmp_path / "masks" / f"{picture.stem}_mask.png"))
        truth = np.asarray(Image.open(truth))
        assert mask.shape == truth.shape and set(np.unique(mask)) == {0, 255}
        jaccard = ((mask & truth) > 0).sum() / ((mask | truth) > 0).sum()
        assert jaccard >= 0.6, picture.name


@pytest.mark.parametrize("line", sorted(set(COMMAND.findall(README))))
def test_commands_in_the_text_are_accepted(line):
    _, *arguments = shlex.split(line, comments=True)
    if len(arguments) > 1 and "A B" not in line:
        assert build_parser(arguments[0]).parse_args(arguments).command == arguments[0]


@pytest.mark.parametrize("command", COMMANDS)
def test_options_in_the_table_exist(command):
    (row,) = re.findall(rf"^\| `tfcoseg {command}[^\n]*$", README, re.MULTILINE)
    options = re.findall(r"--[\w-]+", row)
    help_text = _help_of(command)
    assert options
    assert [option for option in options if option not in help_text] == []


def _help_of(command):
    (commands,) = _subcommands(build_parser(command))
    parser = commands.choices[command]
    formats = [p for a in _subcommands(parser) for p in a.choices.values()]
    return "".join(p.format_help() for p in [parser, *formats])


def _subcommands(parser):
    return [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]


def test_figures_are_those_of_the_card_and_their_commands_exist():
    rows = re.findall(r"^\| ([^|`]+) \| `([^`]+)`[^|]*\| ([\d.]+) \|$", README, re.M)
    assert len(rows) == 4
    scores = read_card("coseg")["scores"]
    msrc = scores["msrc_coseg, 7 groups x first 10"]
    davis = scores["davis2016, pairs inside each video"]
    with_mask = davis["with the first frame's mask as reference, J"]
    expected = msrc["J"], msrc["wrong partner, J"], davis["J"], with_mask
    assert [float(figure) for *_, figure in rows] == list(expected)
    share = msrc["wrong partner, pixels predicted"]
    assert f"(predicts {share} % of the pixels)" in README
    for _, command, _ in rows:
        options = f"{rows[0][1]} {command[4:]}" if command[:3] == "..." else command
        arguments = ["evaluate", "--data", *shlex.split(options)]
        assert build_parser("evaluate").parse_args(arguments).command == "evaluate"


def test_files_that_it_names_exist():
    places = r"(?:tfcoseg|docs|serving)/|[A-Z]{4,}"
    named = re.findall(rf'(?:src="|`)((?:{places})[\w./]*)', README)
    assert {"LICENSE", "docs/ablation.md", "serving/README.md"} < set(named)
    assert "docs/pictures/strip.jpg" in named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_it_stays_readable():
    assert len(README.splitlines()) <= 130
