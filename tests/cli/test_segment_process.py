"""`tfcoseg segment` as a person runs it: a process of its own, with a real network."""

import os
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from tfcoseg import samples

# Runs the command, then writes its own peak memory, in kilobytes, to the first path.
# Not `resource.getrusage` of the children: their peak is at least that of this process.
MEASURED = """
import pathlib, sys
from tfcoseg.cli.main import main
code = main(sys.argv[2:])
(peak,) = [x for x in open("/proc/self/status") if "VmHWM" in x]
pathlib.Path(sys.argv[1]).write_text(peak.split()[1])
sys.exit(code)
"""


@pytest.fixture(scope="module")
def random_weights(tmp_path_factory):
    """Weights of a network that has not been trained."""
    from tfcoseg.applications import CoSegEfficientNetLite2, save_weights

    path = tmp_path_factory.mktemp("weights") / "random.weights.h5"
    save_weights(CoSegEfficientNetLite2(weights=None), path)
    return path


@pytest.fixture
def run_segment(tmp_path):
    """Runs the command; returns what it answered and the folder it wrote to."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TF_")}

    def run(*args, start=("-m", "tfcoseg")):
        command = [sys.executable, *start, "segment", *map(str, args)]
        answer = subprocess.run(
            [*command, "--output", tmp_path / "out"],
            capture_output=True,
            text=True,
            timeout=300,
            env=environment,
        )
        return answer, tmp_path / "out"

    return run


def test_a_normal_run_says_one_line_and_nothing_on_stderr(run_segment, random_weights):
    args = ["--weights", random_weights, "--size", 64, "--explain"]
    answer, folder = run_segment(*samples.pair(), *args)
    assert (answer.returncode, answer.stderr) == (0, "")
    one = r"(\d+ %|under 1 %|nothing) (of|in) sheep_\w+\.png"
    found = f"common object( in one picture only)?: {one}, {one}"
    absent = r"no common object in sheep_\w+\.png and sheep_\w+\.png"
    line = rf"({found}|{absent}) \(probability [01]\.\d\d\)\n"
    assert re.fullmatch(line, answer.stdout), answer.stdout
    assert len(list(folder.iterdir())) == 2 * (1 + 3) + 1
    for path in samples.pair():
        with Image.open(path) as image, Image.open(
            folder / f"{path.stem}_mask.png"
        ) as mask:
            assert mask.size == image.size


def test_an_error_before_the_network_is_one_line(run_segment, tmp_path):
    answer, folder = run_segment(samples.pair()[0], tmp_path / "missing.jpg")
    assert answer.returncode == 1 and answer.stdout == ""
    assert answer.stderr.count("\n") == 1 and "missing.jpg" in answer.stderr
    assert not folder.exists()


def test_an_error_in_loading_the_network_is_one_line(run_segment, tmp_path):
    damaged = tmp_path / "damaged.weights.h5"
    damaged.write_text("nothing of the kind")
    answer, _ = run_segment(*samples.pair(), "--weights", damaged)
    assert answer.returncode == 1 and answer.stdout == ""
    assert answer.stderr.count("\n") == 1 and str(damaged) in answer.stderr


@pytest.mark.slow
def test_the_common_object_of_the_samples_is_found(run_segment):
    answer, _ = run_segment(*samples.pair())
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.startswith("common object: ")


@pytest.mark.slow
def test_nothing_is_found_where_nothing_is_in_common(run_segment):
    answer, _ = run_segment(samples.pair()[0], samples.without_common_object())
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.startswith("no common object in sheep_meadow.png and ")


def draw_12_megapixels(folder, names):
    random = np.random.default_rng(0)
    for name in names:
        small = Image.fromarray(random.integers(0, 256, (30, 40, 3), np.uint8))
        picture = small.resize((4000, 3000), Image.Resampling.BICUBIC)
        picture.save(folder / f"{name}.jpg")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is in procfs")
def test_12_megapixels_in_less_than_2_gigabytes(run_segment, random_weights, tmp_path):
    draw_12_megapixels(tmp_path, "ab")
    drawings = ["--overlay", "--cutout", "--explain", "--weights", random_weights]
    start = ["-c", MEASURED, tmp_path / "peak"]
    pictures = [tmp_path / "a.jpg", tmp_path / "b.jpg"]
    answer, folder = run_segment(*pictures, *drawings, start=start)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert len(list(folder.iterdir())) == 2 * (1 + 1 + 1 + 3) + 1
    kilobytes = int((tmp_path / "peak").read_text())
    assert 100 * 1024 < kilobytes < 2 * 1024**2


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is in procfs")
def test_of_a_group_no_pixels_are_kept(run_segment, random_weights, tmp_path):
    """Ten pictures take hardly more than three: 36 MB of pixels each would show."""
    peaks = []
    for count in (3, 10):
        folder = tmp_path / f"photos{count}"
        folder.mkdir()
        draw_12_megapixels(folder, "abcdefghij"[:count])
        start = ["-c", MEASURED, tmp_path / "peak"]
        args = [folder, "--weights", random_weights, "--size", 65, "--overwrite"]
        answer, _ = run_segment(*args, start=start)
        assert (answer.returncode, answer.stderr) == (0, "")
        peaks.append(int((tmp_path / "peak").read_text()) / 1024)
    assert peaks[1] - peaks[0] < 7 * 20
