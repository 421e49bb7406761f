"""The names of the room: what type checkers read is what Python imports."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tfcoseg import data

LIGHT = ["Pair", "Record", "make_pairs", "may_share_object", "read_folder"]
LIGHT += ["read_ids", "sample_pairs", "split_fold"]


def test_names_for_type_checkers_are_those_of_the_room():
    tree = ast.parse(Path(data.__file__).read_text())
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    spelled = {
        alias.name: node.module
        for node in block.body
        for alias in node.names
        if alias.asname == alias.name
    }
    assert sorted(spelled) == data.__all__ == dir(data)
    for name, module in spelled.items():
        assert getattr(data, name).__module__ == module


def test_folders_and_pairs_need_no_tensorflow():
    code = (
        "import sys; sys.modules.update(tensorflow=None, keras=None)\n"
        f"from tfcoseg.data import {', '.join(LIGHT)}"
    )
    command = [sys.executable, "-c", code]
    answer = subprocess.run(command, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        data.nothing
