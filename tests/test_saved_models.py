"""`keras.models.load_model` in a process that has imported the package."""

import subprocess
import sys

import keras
import numpy as np
import pytest

from tfcoseg.losses import CoSegLoss
from tfcoseg.metrics import BinaryIoU, PixelAccuracy

ORDERS = ["import tfcoseg, keras", "import keras, tfcoseg", "import tfcoseg.layers"]


@pytest.fixture(scope="module")
def pair():
    images = np.random.default_rng(0).uniform(0, 255, (2, 1, 64, 48, 3))
    return {"image_a": images[0], "image_b": images[1]}


@pytest.fixture(scope="module")
def saved(model, pair, tmp_path_factory):
    """The same model twice, plain and compiled, and what it finds."""
    folder = tmp_path_factory.mktemp("saved")
    model.save(folder / "plain.keras")
    compiled = keras.models.clone_model(model)
    compiled.set_weights(model.get_weights())
    names = ("mask_a", "mask_b")
    compiled.compile(
        "adam",
        CoSegLoss("dice", smoothing=2.0),
        metrics={name: [BinaryIoU(), PixelAccuracy()] for name in names},
    )
    compiled.save(folder / "compiled.keras")
    np.savez(folder / "pair.npz", **pair)
    np.savez(folder / "masks.npz", **model.predict_on_batch(pair))
    return folder


@pytest.mark.parametrize("order", ORDERS)
def test_a_fresh_process_loads_what_was_saved(order, saved):
    code = f"""
{order}
import sys, keras, numpy as np
files = (f"{{sys.argv[1]}}/{{name}}.npz" for name in ("pair", "masks"))
pair, masks = (dict(np.load(file)) for file in files)
plain = keras.models.load_model(sys.argv[1] + "/plain.keras")
compiled = keras.models.load_model(sys.argv[1] + "/compiled.keras")
for model in plain, compiled:
    found = model.predict_on_batch(pair)
    for name, mask in masks.items():
        np.testing.assert_allclose(found[name], mask, atol=1e-5)
assert compiled.loss.smoothing == 2.0
compiled.fit(pair, {{name: mask.round() for name, mask in masks.items()}}, verbose=0)
"""
    ran = subprocess.run(
        [sys.executable, "-c", code, str(saved)], capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr[-2000:]


def test_importing_the_package_imports_neither_keras_nor_tensorflow():
    code = (
        "import sys, tfcoseg\n"
        "assert not {'keras', 'tensorflow'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_keras_can_be_imported_where_the_layers_cannot():
    code = (
        "import sys, tfcoseg\n"
        "sys.modules['tfcoseg.layers'] = None  # an ImportError\n"
        "import keras\n"
        "assert keras.ops.ones(1).shape == (1,)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
