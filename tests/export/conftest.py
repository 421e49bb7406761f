"""Ways to run an exported version outside of this process."""

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

HERE = Path(__file__).parent


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


def _run(room, script, folder, signature, *calls):
    """The answers to one or more calls, arrays by name each, in a new process."""
    job, given, answer = (room / name for name in ("job.json", "in.npz", "out.npz"))
    answer.unlink(missing_ok=True)
    names = tensor_names(folder, signature)
    about = {"folder": str(folder), "signature": signature, "calls": len(calls)}
    job.write_text(json.dumps({**about, **names}))
    flat = {
        f"{i}.{name}": array for i, c in enumerate(calls) for name, array in c.items()
    }
    np.savez(given, **flat)
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
        return [
            {name: results[f"{i}.{name}"] for name in names["outputs"]}
            for i in range(len(calls))
        ]
