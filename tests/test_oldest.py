"""The package does its job with the oldest TensorFlow and Keras that it allows."""

import configparser
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tfcoseg import samples
from tfcoseg.cli.main import main

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.slow


def floors():
    """The least versions that setup.cfg asks for, by package: {"keras": "3.12"}."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    wanted = config["options"]["install_requires"]
    return dict(re.findall(r"^(tensorflow|keras)>=([\d.]+)$", wanted, re.MULTILINE))


def pip(python, *arguments):
    return subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--no-compile", *arguments],
        capture_output=True,
        text=True,
        timeout=900,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )


@pytest.fixture(scope="module")
def oldest(tmp_path_factory, source_copy):
    """The Python of an environment with the package and the oldest versions."""
    assert floors().keys() == {"tensorflow", "keras"}
    room = tmp_path_factory.mktemp("oldest")
    subprocess.run([sys.executable, "-m", "venv", room / "venv"], check=True)
    bin_folder = Path(sysconfig.get_path("scripts", "venv", {"base": room / "venv"}))
    python = bin_folder / "python"
    pins = [f"{name}=={version}.*" for name, version in floors().items()]
    probe = pip(python, "--dry-run", "--no-deps", *pins)
    if "from versions: none" in probe.stderr:
        pytest.skip("pip cannot reach a package index")
    answer = pip(python, *pins, str(source_copy))
    assert answer.returncode == 0, answer.stderr[-3000:]
    yield python
    shutil.rmtree(room, ignore_errors=True)


WORK = """
import sys
import keras, numpy as np, tensorflow as tf
from tfcoseg.applications import CoSegMobileNetV2
from tfcoseg.cli.main import main
from tfcoseg.losses import CoSegLoss
from tfcoseg.metrics import BinaryIoU

assert main(["segment", *sys.argv[1:], "--output", "oldest"]) == 0

model = CoSegMobileNetV2(weights=None, kernel_sizes=(3, 4))
model.get_layer("siamese_encoder").trainable = False
images = np.random.default_rng(0).uniform(0, 255, (2, 64, 48, 3))
pair = {"image_a": images, "image_b": images[:, ::-1, :40]}
truth = {"mask_a": np.ones((2, 64, 48, 1)), "mask_b": np.ones((2, 64, 40, 1))}
metrics = {name: [BinaryIoU()] for name in truth}
model.compile("adam", CoSegLoss(), metrics=metrics)
assert np.isfinite(model.fit(pair, truth, verbose=0).history["loss"]).all()
model.save("model.keras")
again = keras.models.load_model("model.keras")
first, second = model(pair), again(pair)
for name in truth:
    assert first[name].shape == truth[name].shape
    np.testing.assert_allclose(first[name], second[name], atol=1e-5)
print(tf.__version__, keras.__version__)
"""


def test_segment_fit_and_reload(oldest, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pictures = [str(path) for path in samples.pair()]
    answer = subprocess.run(
        [oldest, "-c", WORK, *pictures], capture_output=True, text=True, timeout=600
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    finding, versions = answer.stdout.splitlines()
    assert finding.startswith("common object: ")
    for version, floor in zip(versions.split(), floors().values(), strict=True):
        assert version.startswith(floor + ".")
    assert main(["segment", *pictures, "--output", "newest"]) == 0
    for name in ("sheep_meadow_mask.png", "sheep_coast_mask.png"):
        old, new = (
            np.asarray(Image.open(tmp_path / folder / name)) > 0
            for folder in ("oldest", "newest")
        )
        assert old.any()
        assert (old & new).sum() >= 0.99 * (old | new).sum()
