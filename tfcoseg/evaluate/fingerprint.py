"""What a result depends on besides weights, pictures and options: the code."""

import hashlib
from functools import cache
from importlib import metadata
from pathlib import Path

from tfcoseg import __version__

_LIBRARIES = "tensorflow", "keras", "numpy", "pillow", "ai-edge-litert"

# What stands between a picture and its counts, in this package.
_SOURCES = (
    "applications/*.py",
    "data/record.py",
    "inference/*.py",
    "layers/*.py",
    "ops/*.py",
    "pictures/*.py",
    "signature.py",
    "evaluate/boundary.py",
    "evaluate/features.py",
    "evaluate/finds.py",
    "evaluate/judge.py",
    "evaluate/scores.py",
    "evaluate/thresholds.py",
)


@cache
def fingerprint() -> dict[str, str]:
    """The versions of this package and of the libraries that decide on the last bit.

    This package's version changes with releases only, so that a digest of the sources
    joins it: who works on the package is never served a result of yesterday's code.
    """
    digest = hashlib.sha256()
    package = Path(__file__).parent.parent
    for pattern in _SOURCES:
        for path in sorted(package.glob(pattern)):
            digest.update(f"{path.relative_to(package).as_posix()}\n".encode())
            digest.update(path.read_bytes())
    versions = {"tfcoseg": __version__, "sources": digest.hexdigest()}
    for name in _LIBRARIES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions
