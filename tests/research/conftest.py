"""Finds `research`, which is not installed, beside the package."""

import sys
from pathlib import Path

# Last, so that the package is the installed one.
sys.path.append(str(Path(__file__).parents[2]))
