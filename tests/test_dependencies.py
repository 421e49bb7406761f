"""What the package imports is what setup.cfg asks for."""

import ast
import configparser
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
# Where a module has another name than the package that brings it.
PACKAGES = {
    "PIL": "pillow",
    "ai_edge_litert": "ai-edge-litert",
    "ai_edge_quantizer": "ai-edge-quantizer",
    "google": "protobuf",
    "grpc": "grpcio",
    "pillow_heif": "pillow-heif",
    "tensorflow_datasets": "tensorflow-datasets",
}


def requirements():
    """{package: how it is asked for}, of the base install and the extras."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    extras = dict(config["options.extras_require"])
    del extras["test"]
    lines = "\n".join([config["options"]["install_requires"], *extras.values()])
    return {re.match(r"[\w-]+", line)[0]: line for line in lines.split()}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.partition(".")[0]


def test_every_import_is_asked_for():
    modules = {m for path in (ROOT / "tfcoseg").rglob("*.py") for m in imported(path)}
    others = modules - sys.stdlib_module_names - {"tfcoseg"}
    assert {"tensorflow", "PIL"} <= others
    wanted = requirements()
    assert {PACKAGES.get(m, m) for m in others} - set(wanted) == set()


def test_numpy_is_whatever_tensorflow_wants():
    assert requirements()["numpy"] == "numpy"
