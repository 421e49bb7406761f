"""Formatter and linters have nothing to say; no file names a place on a disk."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXTS = {".py", ".md", ".cfg", ".toml", ".cff", ".txt", ".ipynb", ".json", ""}
TEXTS |= {".yml", ".yaml", ".config", ".Dockerfile"}
PLACE = re.compile(r"(?<![\w.:/~)*-])/(work|tmp|home|root|opt|mnt|Users|var)/\w")


@pytest.mark.parametrize(
    "command",
    [
        ["black", "--check", "--quiet", "--diff"],
        ["isort", "--check-only", "--diff"],
        ["flake8"],
    ],
    ids=lambda command: command[0],
)
def test_is_clean(command):
    answer = subprocess.run(
        [sys.executable, "-m", *command, "tfcoseg", "tests", "docs"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def own_texts():
    folders = ["tfcoseg", "tests", "docs", "notebooks", "serving", ".ci"]
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*")]
    paths += [path for path in ROOT.iterdir()]
    for path in paths:
        if path.is_file() and path.suffix in TEXTS and "__pycache__" not in path.parts:
            yield path


def test_no_absolute_path_in_any_file():
    texts = list(own_texts())
    assert ROOT / "setup.cfg" in texts and Path(__file__) in texts
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in texts
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if PLACE.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("start", ["open('", "see ", "="])
def test_an_absolute_path_would_be_seen(start):
    assert PLACE.search(start + "/".join(["", "home", "someone"]))
    assert not PLACE.search("https://example.org/home/page")
