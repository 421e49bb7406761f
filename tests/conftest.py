"""What tests of several rooms need."""

import shutil
from pathlib import Path

import pytest

NOT_SOURCE = (".git", "build", "dist", "*.egg-info", "__pycache__", "masks", "runs")


@pytest.fixture(scope="session")
def source_copy(tmp_path_factory):
    """A copy of the sources, in which a build may leave what it likes."""
    copy = tmp_path_factory.mktemp("source") / "tfcoseg"
    ignore = shutil.ignore_patterns(*NOT_SOURCE)
    return Path(shutil.copytree(Path(__file__).parent.parent, copy, ignore=ignore))
