"""No code that stands between a picture and its counts is missing from the digest."""

import ast
from pathlib import Path

import pytest

import tfcoseg
from tfcoseg.evaluate import fingerprint

PACKAGE = Path(tfcoseg.__file__).parent
COUNTING = [
    *("evaluate/boundary.py", "evaluate/finds.py", "evaluate/judge.py"),
    *("evaluate/scores.py", "evaluate/thresholds.py"),
]
EXCEPTIONS = {
    "evaluate/protocol.py",  # what is compared is the key of each line of the cache
    "data/printable.py",  # the words of errors
    "files.py",  # writes what has been counted
}


def imports(path):
    """The modules of the package that a file of it imports."""
    for node in ast.walk(ast.parse((PACKAGE / path).read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            top, *rest = node.module.split(".")
            for module in ("/".join(rest) + ".py", "/".join([*rest, "__init__.py"])):
                if top == "tfcoseg" and (PACKAGE / module).is_file():
                    yield module


def imported(paths):
    """All that these import, and what that imports in turn, if it reads pictures."""
    found, todo = set(), list(paths)
    while todo:
        path = todo.pop()
        for module in imports(path):
            if module not in found and module not in EXCEPTIONS:
                found.add(module)
                todo += [module] if module.startswith(("data/", "pictures")) else []
    return found


@pytest.fixture
def covered():
    patterns = fingerprint._SOURCES
    files = [path for pattern in patterns for path in PACKAGE.glob(pattern)]
    return {path.relative_to(PACKAGE).as_posix() for path in files}


def test_all_that_counts_is_covered(covered):
    found = imported(COUNTING)
    assert {"pictures/reading.py", "data/record.py", "evaluate/features.py"} <= found
    assert found | set(COUNTING) <= covered


def test_each_exception_is_one():
    every = set().union(*map(imports, [*COUNTING, *imported(COUNTING)]))
    assert EXCEPTIONS <= every


def test_each_source_is_there():
    for pattern in fingerprint._SOURCES:
        assert list(PACKAGE.glob(pattern)), pattern
