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


def run(python, folder, *arguments):
    answer = subprocess.run(
        [python, *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


FIT_AND_RELOAD = """
import keras, numpy as np, tensorflow as tf
from tfcoseg.applications import CoSegMobileNetV2
from tfcoseg.losses import CoSegLoss
print(tf.__version__, keras.__version__)
keras.utils.set_random_seed(0)
model = CoSegMobileNetV2(weights=None, kernel_sizes=(3, 4))
images = np.random.default_rng(0).uniform(0, 255, (2, 64, 48, 3))
pair = {"image_a": images, "image_b": images[:, ::-1, :40]}
truth = {"mask_a": np.ones((2, 64, 48, 1)), "mask_b": np.ones((2, 64, 40, 1))}
model.compile("adam", CoSegLoss())
loss = model.fit(pair, truth, verbose=0).history["loss"]
assert np.isfinite(loss).all(), loss
model.save("model.keras")
again = keras.models.load_model("model.keras")
first, second = model.predict(pair, verbose=0), again.predict(pair, verbose=0)
for name in truth:
    assert first[name].shape == truth[name].shape
    np.testing.assert_allclose(first[name], second[name], atol=1e-5)
"""


def test_fit_save_and_reload(oldest, tmp_path):
    versions = run(oldest, tmp_path, "-c", FIT_AND_RELOAD).split()
    for version, floor in zip(versions, floors().values()):
        assert version.startswith(floor + ".")


def test_segment_finds_what_the_newest_finds(oldest, tmp_path):
    masks = {}
    for name, python in (("oldest", oldest), ("newest", sys.executable)):
        arguments = ["-m", "tfcoseg", "segment", *samples.pair(), "--output", name]
        assert "common object" in run(python, tmp_path, *arguments)
        masks[name] = [
            np.asarray(Image.open(tmp_path / name / f"{picture.stem}_mask.png")) > 0
            for picture in samples.pair()
        ]
    for old, new in zip(masks["oldest"], masks["newest"]):
        assert old.any()
        assert (old & new).sum() >= 0.99 * (old | new).sum()
