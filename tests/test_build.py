"""Wheel and sdist can be built, and hold all that the package needs at run time."""

import importlib.metadata
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import tfcoseg

ROOT = Path(__file__).parent.parent
WEIGHTS = Path("tfcoseg/applications/weights")
SAMPLES = Path("tfcoseg/samples")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def archives(source_copy):
    """Both archives, built from a copy of the sources, by suffix."""
    command = [sys.executable, "-m", "build", "--outdir", str(source_copy / "out")]
    # Before 77 setuptools did not know `license_expression`: let pip fetch a new one.
    if int(importlib.metadata.version("setuptools").partition(".")[0]) >= 77:
        command.append("--no-isolation")
    answer = subprocess.run(
        [*command, str(source_copy)], capture_output=True, text=True, timeout=600
    )
    assert answer.returncode == 0, answer.stdout[-3000:] + answer.stderr[-3000:]
    return {path.suffix: path for path in (source_copy / "out").iterdir()}


@pytest.fixture(scope="module")
def wheel(archives):
    with zipfile.ZipFile(archives[".whl"]) as archive:
        return {info.filename: info.file_size for info in archive.infolist()}


@pytest.fixture(scope="module")
def sdist(archives):
    with tarfile.open(archives[".gz"]) as archive:
        files = [member for member in archive.getmembers() if member.isfile()]
    return {file.name.partition("/")[2]: file.size for file in files}


def sizes(folder, pattern):
    return {
        path.relative_to(ROOT).as_posix(): path.stat().st_size
        for path in sorted((ROOT / folder).glob(pattern))
    }


def test_weights_are_in_both(wheel, sdist):
    weights = sizes(WEIGHTS, "*.weights.h5")
    assert weights, f"there are no embedded weights in {WEIGHTS}"
    everything = sizes(WEIGHTS, "*.*")
    assert len(everything) > len(weights), "the weights have no card"
    for name, size in everything.items():
        assert wheel.get(name) == sdist.get(name) == size, name
    assert max(weights.values()) <= 12_000_000


def test_samples_and_typing_marker_are_in_both(wheel, sdist):
    samples = sizes(SAMPLES, "*.png")
    assert len(samples) == 5
    for name, size in {**samples, "tfcoseg/py.typed": 0}.items():
        assert wheel.get(name) == sdist.get(name) == size, name


def test_pages_that_the_readme_shows_and_names_are_in_the_sdist(sdist):
    shown = ["docs/pictures/strip.jpg", "docs/limits.md", "docs/examples/README.md"]
    for name in [*shown, "tests/public_names.txt", "notebooks/quick_start.ipynb"]:
        assert sdist[name] == (ROOT / name).stat().st_size


def test_every_module_is_in_both(wheel, sdist):
    modules = sizes("tfcoseg", "**/*.py")
    assert modules.items() <= wheel.items()
    assert modules.items() <= sdist.items()


def test_wheel_holds_the_package_and_its_licence_only(wheel):
    information = f"tfcoseg-{tfcoseg.__version__}.dist-info"
    assert {name.partition("/")[0] for name in wheel} == {"tfcoseg", information}
    assert f"{information}/licenses/LICENSE" in wheel
    assert f"{information}/licenses/NOTICE" in wheel
    assert f"{information}/entry_points.txt" in wheel


def test_metadata_of_the_wheel(archives):
    information = f"tfcoseg-{tfcoseg.__version__}.dist-info"
    with zipfile.ZipFile(archives[".whl"]) as archive:
        metadata = archive.read(f"{information}/METADATA").decode()
        commands = archive.read(f"{information}/entry_points.txt").decode()
    assert f"Version: {tfcoseg.__version__}\n" in metadata
    assert "License-Expression: Apache-2.0\n" in metadata
    assert "tfcoseg = tfcoseg.cli.main:main" in commands
    for extra in ("test", "tensorboard"):
        assert f"Provides-Extra: {extra}\n" in metadata
