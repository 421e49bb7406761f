"""One run at a time writes into a folder of outputs."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tfcoseg.files import errors_of_writing

try:
    import fcntl
except ImportError:  # Windows, where nothing is locked
    fcntl = None

NAME = ".tfcoseg.lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keeps other runs out of a folder, which is made if need be.

    The system gives the lock back when the process ends, however it ends: the file of a
    run that was killed blocks no later one.

    Raises:
        BlockingIOError: if another run writes to the folder.
        WriteError: if the folder cannot be written to.
    """
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    with errors_of_writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        file = _take(folder / NAME)
    try:
        yield
    finally:
        with suppress(OSError):
            (folder / NAME).unlink()
        file.close()
        for path in made:  # nothing was written: nothing is left
            with suppress(OSError):
                path.rmdir()


def _take(path):
    while True:
        file = open(path, "a+", encoding="utf-8")
        try:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip()
            file.close()
            raise BlockingIOError(
                "Expected an output folder to which no other run writes. Wait for that "
                "run, or choose another folder with --output. Received: "
                f"{path.parent}, to which {holder or 'another run'} writes"
            ) from None
        except OSError:  # a disk that knows no locks
            pass
        # The run before may have removed the file between the two steps.
        if _is_still_there(path, file):
            file.truncate(0)
            file.write(f"process {os.getpid()} on {socket.gethostname()}")
            file.flush()
            return file
        file.close()


def _is_still_there(path, file):
    try:
        return os.path.samestat(os.stat(path), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False
