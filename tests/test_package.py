"""The house: imports point downwards, the public surface is the one written down."""

import ast
import importlib
import importlib.metadata
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import tfcoseg

PACKAGE = Path(tfcoseg.__file__).parent
PUBLIC = Path(__file__).parent / "public_names.txt"

# Rooms by floor, lowest first; a room imports from floors below its own only.
FLOORS = [
    {"signature", "embedded", "files", "__version__"},
    {"cards", "coco", "messages", "pictures", "samples", "ops", "weighting"},
    {"layers", "data", "losses", "metrics", "provenance"},
    {"applications", "datasets"},
    {"inference", "visualization"},
    {"batch", "train", "evaluate", "export"},
    {"ablate", "benchmark", "client", "serve"},
    {"demo"},
    {"cli"},
    {"__main__"},
]
# These import neither TensorFlow nor Keras where they are imported themselves.
LIGHT = [
    "tfcoseg",
    "tfcoseg.batch",
    "tfcoseg.coco",
    "tfcoseg.demo",
    "tfcoseg.signature",
    "tfcoseg.embedded",
    "tfcoseg.files",
    "tfcoseg.cards",
    "tfcoseg.provenance",
    "tfcoseg.messages",
    "tfcoseg.pictures",
    "tfcoseg.samples",
    "tfcoseg.client",
    "tfcoseg.serve",
    "tfcoseg.inference",
    "tfcoseg.inference.litert",
    "tfcoseg.inference.runtimes",
]
# All but the root, which names its rooms and imports them when they are asked for.
FILES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
FILES.remove(Path("__init__.py"))


def floor_of(room):
    floors = [number for number, rooms in enumerate(FLOORS) if room in rooms]
    assert floors, f"`{room}` has no floor: give it one in FLOORS"
    return floors[0]


def imported_rooms(source):
    """The rooms of the package that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            top, _, rest = (node.module or "").partition(".")
            if top == "tfcoseg":
                names = [alias.name for alias in node.names]
                yield from [rest.partition(".")[0]] if rest else names
        elif isinstance(node, ast.Import):
            for alias in node.names:
                top, _, rest = alias.name.partition(".")
                if top == "tfcoseg" and rest:
                    yield rest.partition(".")[0]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id == "tfcoseg":
                yield node.attr


def misplaced(room, source):
    """The rooms that a file of `room` imports although they are not below it."""
    others = set(imported_rooms(source)) - {room}
    return sorted(other for other in others if floor_of(other) >= floor_of(room))


@pytest.mark.parametrize("path", FILES, ids=str)
def test_imports_point_downwards(path):
    room = path.parts[0].removesuffix(".py")
    assert misplaced(room, (PACKAGE / path).read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        "from tfcoseg.cli.main import main",
        "def f():\n    import tfcoseg.inference.predictor",
        "from tfcoseg import data",
        "import tfcoseg\ntfcoseg.losses.CoSegLoss()",
    ],
)
def test_an_import_that_points_upwards_is_seen(source):
    assert misplaced("layers", source)
    assert not misplaced("layers", "from tfcoseg import ops, __version__\nimport keras")


def spelled_names(path):
    """Public names of a room: `__all__`, `import X as X`, or what a module defines."""
    tree = ast.parse(path.read_text())
    module = importlib.import_module(room_name(path))
    if hasattr(module, "__all__"):
        return set(module.__all__)
    names = set()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            names |= {a.asname for a in node.names if a.asname == a.name}
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                elements = target.elts if isinstance(target, ast.Tuple) else [target]
                names |= {e.id for e in elements if isinstance(e, ast.Name)}
    return {name for name in names if not name.startswith("_")}


def room_name(path):
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def public_names():
    rooms = [PACKAGE / "__init__.py", *PACKAGE.glob("*.py"), *PACKAGE.glob("*/*.py")]
    for path in sorted(set(rooms)):
        is_room = path.parent == PACKAGE or path.name == "__init__.py"
        if is_room and path.name != "__main__.py":
            yield from (f"{room_name(path)}.{name}" for name in spelled_names(path))


def test_public_names_are_those_written_down():
    written = PUBLIC.read_text().split()
    assert written == sorted(set(written))
    assert sorted(public_names()) == written


@pytest.mark.parametrize("name", PUBLIC.read_text().split())
def test_public_name_exists_and_is_documented(name):
    room, _, attribute = name.rpartition(".")
    value = getattr(importlib.import_module(room), attribute)
    if inspect.isclass(value) or inspect.isfunction(value) or inspect.ismodule(value):
        # A class without a docstring would show that of its base class.
        assert (value.__doc__ or "").strip(), f"{name} has no docstring"


def test_every_package_folder_is_a_package():
    folders = {path.parent for path in PACKAGE.rglob("*.py")}
    assert all((folder / "__init__.py").exists() for folder in folders)


def run_python(*arguments):
    answer = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=120
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


HEAVY = "print([m for m in ('tensorflow', 'keras') if m in sys.modules])"


@pytest.mark.parametrize("module", LIGHT)
def test_light_module_imports_neither_tensorflow_nor_keras(module):
    assert run_python("-c", f"import sys, {module}\n{HEAVY}") == "[]\n"


def test_every_file_of_the_command_line_is_light():
    modules = [room_name(path) for path in sorted((PACKAGE / "cli").glob("*.py"))]
    assert "tfcoseg.cli.main" in modules
    imports = f"import sys, {', '.join(modules)}\n"
    assert run_python("-c", imports + HEAVY) == "[]\n"


def test_help_imports_neither_tensorflow_nor_keras():
    code = (
        "import sys, runpy; sys.argv = ['tfcoseg', '--help']\n"
        "try: runpy.run_module('tfcoseg', run_name='__main__')\n"
        f"except SystemExit as end: print('exit', end.code); {HEAVY}"
    )
    assert run_python("-c", code).endswith("exit 0\n[]\n")


def test_version_is_that_of_the_metadata():
    assert importlib.metadata.version("tfcoseg") == tfcoseg.__version__
    out = run_python("-m", "tfcoseg", "--version")
    assert out == f"tfcoseg {tfcoseg.__version__}\n"


def test_citation_and_change_log_know_the_version():
    root = Path(__file__).parent.parent
    assert f"\nversion: {tfcoseg.__version__}\n" in (root / "CITATION.cff").read_text()
    assert f"\n## [{tfcoseg.__version__}]" in (root / "CHANGELOG.md").read_text()


def test_an_unknown_attribute_of_the_root_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        tfcoseg.nothing
    assert set(dir(tfcoseg)) == set(tfcoseg.__all__)
