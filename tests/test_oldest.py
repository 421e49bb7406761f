"""The package does its job with the oldest TensorFlow and Keras that it allows."""

import subprocess

import numpy as np
import pytest
from PIL import Image

from tfcoseg import samples
from tfcoseg.cli.main import main

pytestmark = pytest.mark.slow


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


def test_segment_fit_and_reload(oldest, floors, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pictures = [str(path) for path in samples.pair()]
    answer = subprocess.run(
        [oldest, "-c", WORK, *pictures], capture_output=True, text=True, timeout=600
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    finding, versions = answer.stdout.splitlines()
    assert finding.startswith("common object: ")
    for version, floor in zip(versions.split(), floors.values(), strict=True):
        assert version.startswith(floor + ".")
    assert main(["segment", *pictures, "--output", "newest"]) == 0
    for name in ("sheep_meadow_mask.png", "sheep_coast_mask.png"):
        old, new = (
            np.asarray(Image.open(tmp_path / folder / name)) > 0
            for folder in ("oldest", "newest")
        )
        assert old.any()
        assert (old & new).sum() >= 0.99 * (old | new).sum()
