"""Files that are there in full or not at all, and that replace nothing unasked."""

import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

# So many letters of a name stay in that of the file which takes its place later.
_TAIL = 40


def check_free(paths: Iterable[str | os.PathLike], overwrite: bool = False) -> None:
    """Makes sure that nothing is replaced unasked.

    Raises:
        FileExistsError: if one of the files exists and `overwrite` is false.
        IsADirectoryError: if one of them is a folder.

    Example:

    >>> check_free(["new.png", "newer.png"])
    >>> check_free(["a.jpg"])
    Traceback (most recent call last):
        ...
    FileExistsError: a.jpg exists already. Pass --overwrite (overwrite=True in...
    """
    existing = [path for path in map(Path, paths) if path.exists()]
    if folders := [path for path in existing if path.is_dir()]:
        raise IsADirectoryError(
            f"{folders[0]} is a folder, where a file is to be written. Choose another "
            "place for the output."
        )
    if existing and not overwrite:
        more = f" (and {len(existing) - 1} more)" if existing[1:] else ""
        raise FileExistsError(
            f"{existing[0]}{more} exists already. Pass --overwrite (overwrite=True in "
            "Python) to replace it, or choose another place for the output."
        )


class WriteError(OSError):
    """An output could not be written: what is wrong is the disk, or the name."""


@contextmanager
def errors_of_writing(path: str | os.PathLike) -> Iterator[None]:
    """Turns errors of the system into one that names the file.

    Raises:
        WriteError: for an `OSError` of the system within the block.

    Example:

    >>> with errors_of_writing("nowhere/a.txt"):
    ...     Path("nowhere/a.txt").touch()
    Traceback (most recent call last):
        ...
    tfcoseg.files.WriteError: nowhere/a.txt cannot be written: No such file or directory
    """
    try:
        yield
    except OSError as error:
        if error.errno is None:  # not the system's
            raise
        raise WriteError(f"{path} cannot be written: {error.strerror}") from error


def replace_file(
    path: str | os.PathLike, write: Callable[[Path], Any], overwrite: bool = False
) -> None:
    """Writes a file under another name first, so that no half-written one is seen.

    Args:
        path: the file.
        write: is called with a path in the same folder, of the same suffix, and writes
            the file there. If it fails, nothing is left of it and `path` is as it was.
        overwrite: whether `path` may exist already.

    Raises:
        FileExistsError: if `path` exists and `overwrite` is false.
        WriteError: if the system cannot write it, as on a full disk.

    Example:

    >>> replace_file("note.txt", lambda new: new.write_text("all of it"))
    >>> Path("note.txt").read_text()
    'all of it'
    """
    path = Path(path)
    check_free([path], overwrite)
    # No longer than a long name, and of the same suffix.
    mark = f".{os.getpid()}.{threading.get_native_id()}."
    temporary = path.with_name(mark + path.name[-_TAIL:])
    try:
        with errors_of_writing(path):
            write(temporary)
            os.replace(temporary, path)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def differences(
    known: Mapping[str, Any],
    arguments: Mapping[str, Any],
    write: Callable[[Any], str] = repr,
) -> str:
    """What arguments have become since they were written down; empty if the same.

    Example:

    >>> differences({"size": 321, "seed": 0}, {"size": 513, "seed": 0})
    'size: 321 then, 513 now'
    """
    return "; ".join(
        f"{key}: {write(known.get(key))} then, {write(arguments.get(key))} now"
        for key in sorted(known.keys() | arguments.keys())
        if known.get(key) != arguments.get(key)
    )


def write_json(
    path: str | os.PathLike, figures: dict[str, Any], overwrite: bool = False
) -> None:
    """Writes figures as JSON, through `replace_file`.

    Example:

    >>> write_json("figures.json", {"J": 86.1})
    >>> json.loads(Path("figures.json").read_text())
    {'J': 86.1}
    """
    text = json.dumps(figures, indent=1, allow_nan=False) + "\n"
    replace_file(path, lambda new: new.write_text(text, encoding="utf-8"), overwrite)
