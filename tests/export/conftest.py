"""The embedded model, what is exported of it, and ways to run that elsewhere."""

import functools
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tensorflow.core.protobuf import saved_model_pb2

from tfcoseg.applications import CoSegMobileNetV2
from tfcoseg.cards import read_card
from tfcoseg.export import export_saved_model

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def coseg():
    return CoSegMobileNetV2()


@pytest.fixture(scope="session")
def exported(coseg, tmp_path_factory):
    """A folder with two versions: 1 without batching, 2 with batching in the graph."""
    folder = tmp_path_factory.mktemp("models") / "coseg"
    card = read_card("coseg")
    for batching in ("none", "in-graph"):
        export_saved_model(coseg, folder, batching, card=card)
    return folder


def tensor_names(folder, signature):
    """The graph's names of a signature's inputs and outputs."""
    saved = saved_model_pb2.SavedModel()
    saved.ParseFromString((Path(folder) / "saved_model.pb").read_bytes())
    definition = saved.meta_graphs[0].signature_def[signature]
    return {
        "inputs": {name: info.name for name, info in definition.inputs.items()},
        "outputs": {name: info.name for name, info in definition.outputs.items()},
    }


@pytest.fixture
def run_c_api(tmp_path):
    """Runs a signature of a folder through the C API of this TensorFlow."""
    spec = importlib.util.find_spec("tensorflow")
    library = Path(spec.origin).parent / "libtensorflow_cc.so.2"
    script = [sys.executable, HERE / "c_api.py", library]
    return functools.partial(_run, tmp_path, script)


@pytest.fixture
def run_python(tmp_path):
    """Runs it by `tf.saved_model.load` of the TensorFlow of another Python."""
    return lambda python, *what: _run(tmp_path, [python, HERE / "load.py"], *what)


def _run(room, script, folder, signature, arrays):
    """Arrays by name; raises RuntimeError with what the process said if it fails."""
    job, given, answer = (room / name for name in ("job.json", "in.npz", "out.npz"))
    answer.unlink(missing_ok=True)
    names = tensor_names(folder, signature)
    job.write_text(json.dumps({"folder": str(folder), "signature": signature, **names}))
    np.savez(given, **arrays)
    process = subprocess.run(
        [*map(str, script), *map(str, (job, given, answer))],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2"},
    )
    if process.returncode:
        raise RuntimeError(process.stderr[-3000:])
    with np.load(answer, allow_pickle=True) as results:
        return {name: results[name] for name in results.files}
