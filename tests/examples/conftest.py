"""The examples' own modules, and files that live in a dictionary."""

import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
# Where Python finds them when an example is run.
sys.path.insert(0, str(EXAMPLES))


class Dictionary(dict):
    """Files by path; a dictionary remembers what was written last."""

    def read(self, path):
        if path not in self:
            raise FileNotFoundError(path)
        return self[path]

    def replace(self, path, content):
        self.pop(path, None)
        self[path] = content

    def remove(self, path):
        self.pop(path, None)


@pytest.fixture(scope="session")
def examples():
    """The folder of the examples."""
    return EXAMPLES


@pytest.fixture
def files():
    return Dictionary()
