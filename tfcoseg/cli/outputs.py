"""Where a command writes: checks before the work begins."""

import os
import tempfile
from collections.abc import Iterable
from contextlib import contextmanager
from pathlib import Path

from tfcoseg.files import check_free


def check_outputs(
    folder: Path,
    patterns: Iterable[str],
    inputs: Iterable[str | os.PathLike],
    overwrite: bool,
) -> None:
    """Raises an error if an output exists already, or would replace an input.

    Args:
        folder: where the outputs will be.
        patterns: their names as `glob` reads them; `*` for what is not known yet.
        inputs: pictures that are being read.
        overwrite: whether other existing files may be replaced.
    """
    check_is_folder(folder)
    originals = {os.path.realpath(path) for path in inputs}
    existing = [path for pattern in patterns for path in sorted(folder.glob(pattern))]
    for path in existing:
        if os.path.realpath(path) in originals:
            raise FileExistsError(
                f"The output would replace a picture that is read: {path}. Choose "
                "another folder with --output."
            )
    check_free(existing, overwrite)


def check_is_folder(folder: Path) -> None:
    """Raises an error if there is something else in a folder's place."""
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(
            f"The output must be a folder, and this is a file: {folder}"
        )


def check_file(path: Path, ending: str, overwrite: bool) -> None:
    """Makes sure that one file can be written: its name, its folder, its place."""
    if path.suffix != ending:
        raise ValueError(f"The file's name must end in {ending}. Received: {path}")
    check_free([path], overwrite)
    make_folder(path.parent)


def check_writable(folder: Path) -> None:
    """Tries whether a folder, or what there is of the way to it, can be written to."""
    check_is_folder(folder)
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    with _errors_naming(folder):
        tempfile.TemporaryFile(dir=existing).close()


def make_folder(folder: Path) -> None:
    """Makes the folder if need be, and tries whether it can be written to."""
    with _errors_naming(folder):
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()


@contextmanager
def _errors_naming(folder):
    try:
        yield
    except OSError as error:
        raise OSError(
            f"The output folder cannot be written to: {folder}: {error.strerror}"
        ) from error
