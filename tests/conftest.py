"""What tests of several rooms need."""

import collections
import configparser
import functools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
NOT_SOURCE = (".git", "build", "dist", "*.egg-info", "__pycache__", "masks", "runs")


def pytest_configure():
    """Heeds Ctrl-C also where a shell started pytest in the background, without it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config, items):
    """Begins with the files that take long, where several processes share the work.

    None of them is then left to one process, while the others have nothing to do.
    """
    if hasattr(config, "workerinput"):
        counts = collections.Counter()
        for item in items:
            counts[item.path] += item.get_closest_marker("slow") is not None
        items.sort(key=lambda item: -counts[item.path])


@pytest.fixture(scope="session")
def source_copy(tmp_path_factory):
    """A copy of the sources, in which a build may leave what it likes."""
    copy = tmp_path_factory.mktemp("source") / "tfcoseg"
    ignore = shutil.ignore_patterns(*NOT_SOURCE)
    return Path(shutil.copytree(ROOT, copy, ignore=ignore))


@pytest.fixture(scope="session")
def model():
    """Random weights that keep the signal's strength from layer to layer.

    With Keras' own initial weights MobileNetV2's features are about 1e-12, since batch
    normalisation in inference mode does not normalise yet: no partner would matter.
    """
    from tfcoseg.applications import CoSegMobileNetV2

    return _give_strength(CoSegMobileNetV2(weights=None))


@pytest.fixture(scope="session")
def give_strength():
    """The function that does so to any model."""
    return _give_strength


def _give_strength(model):
    """Draws a model's kernels anew, so that no signal dies on its way through."""
    generator = np.random.default_rng(0)
    for weight in model.weights:
        if weight.name == "kernel":
            shape = weight.shape
            inputs = np.prod(shape[:2] if "depthwise" in weight.path else shape[:3])
            weight.assign(generator.normal(size=shape) * np.sqrt(2.0 / inputs))
    return model


@pytest.fixture(scope="session")
def coseg():
    """The embedded model."""
    from tfcoseg.applications import CoSegEfficientNetLite2

    return CoSegEfficientNetLite2()


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    """A function that lets a program make a file or folder, the first time it is asked.

    It takes the path below a folder that all processes of a run share, the program, and
    what else the program is to get after the whole path; and returns the path and what
    the program printed. TensorFlow never gives back half a gigabyte of each export:
    hence a process of its own.
    """
    fcntl = pytest.importorskip("fcntl", reason="needs a system with file locks")
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent

    def make_once(name, program, *arguments):
        path, printed = root / "made" / name, root / f"{name}.txt"
        path.parent.mkdir(exist_ok=True)
        with open(root / f"{name}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not printed.exists():
                command = [sys.executable, "-c", program, path, *arguments]
                done = subprocess.run(command, capture_output=True, text=True)
                assert done.returncode == 0, done.stderr
                printed.write_text(done.stdout)
        return path, printed.read_text()

    return make_once


@pytest.fixture(scope="session")
def exported(made_once):
    """A folder with two versions: 1 without batching, 2 with batching in the graph."""
    program = """
import sys
from tfcoseg.applications import CoSegEfficientNetLite2
from tfcoseg.cards import read_card
from tfcoseg.export import export_saved_model
model, card = CoSegEfficientNetLite2(), read_card("coseg")
for batching in ("none", "in-graph"):
    export_saved_model(model, sys.argv[1], batching, card=card)
"""
    return made_once("coseg", program)[0]


@pytest.fixture(scope="session")
def litert_file(made_once):
    """A function that exports the embedded model in a precision, each once.

    It returns what `export_litert` does.
    """
    pytest.importorskip("ai_edge_litert", reason="needs ai-edge-litert")
    from tfcoseg.export.litert import Exported

    program = """
import json, sys
from tfcoseg.applications import CoSegEfficientNetLite2
from tfcoseg.cards import read_card
from tfcoseg.export.litert import export_litert
from tfcoseg.export.statistics import read_statistics
_, path, precision = sys.argv
options = {"card": read_card("coseg")}
if precision == "int8":
    options["statistics"] = read_statistics("coseg")
exported = export_litert(CoSegEfficientNetLite2(), path, precision, **options)
print(json.dumps([exported.size, exported.mean_iou]))
"""

    @functools.cache
    def export(precision):
        if precision == "int8":
            pytest.importorskip("ai_edge_quantizer", reason="needs [quantize]")
        path, printed = made_once(f"{precision}.tflite", program, precision)
        return Exported(path, *json.loads(printed.splitlines()[-1]))

    return export


@pytest.fixture(scope="session")
def new_environment(tmp_path_factory):
    """A function that makes a virtual environment and returns its Python.

    It takes what pip is to install, and skips the test where pip finds none of it.
    """

    def make(*wanted):
        room = tmp_path_factory.mktemp("environment")
        subprocess.run([sys.executable, "-m", "venv", room / "venv"], check=True)
        scripts = sysconfig.get_path("scripts", "venv", {"base": room / "venv"})
        python = os.path.join(scripts, "python")
        from_index = [name for name in wanted if not os.path.exists(name)]
        probe = _install(python, "--dry-run", "--no-deps", *from_index)
        if "No matching distribution" in probe.stderr:
            pytest.skip(f"pip cannot reach {' and '.join(from_index)} for this Python")
        answer = _install(python, *wanted)
        assert answer.returncode == 0, answer.stderr[-3000:]
        rooms.append(room)
        return python

    rooms = []
    yield make
    for room in rooms:
        shutil.rmtree(room, ignore_errors=True)


def _install(python, *arguments):
    return subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--no-compile", *arguments],
        capture_output=True,
        text=True,
        timeout=900,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )


@pytest.fixture(scope="session")
def floors():
    """The least versions that setup.cfg asks for, by package: {"keras": "3.12"}."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    wanted = config["options"]["install_requires"]
    found = dict(re.findall(r"^(tensorflow|keras)>=([\d.]+)$", wanted, re.MULTILINE))
    assert found.keys() == {"tensorflow", "keras"}
    return found


@pytest.fixture(scope="session")
def oldest(new_environment, floors, source_copy):
    """The Python of an environment with the package and the oldest versions."""
    pins = [f"{name}=={version}.*" for name, version in floors.items()]
    return new_environment(*pins, str(source_copy))
