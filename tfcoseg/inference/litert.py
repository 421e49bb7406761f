"""The stages of an exported LiteRT file, run without TensorFlow."""

import functools
import os
import threading
from collections.abc import Callable
from typing import Any

from tfcoseg.inference.stages import STAGES, Arrays

# More threads than this gain little at the sizes that pictures are seen at.
_MOST_THREADS = 4


def load_stages(
    path: str | os.PathLike | bytes, threads: int | None = None
) -> dict[str, Callable[[Arrays], Arrays]]:
    """Loads the signatures of a file: the stages and serving_default.

    They share one interpreter, which keeps the memory that its greatest pictures
    needed. Calls from several threads wait for each other.

    Args:
        path: what `tfcoseg export litert` wrote, or its content.
        threads: how many threads compute; None for one per core, up to four.

    Raises:
        ImportError: if LiteRT is not installed.
        FileNotFoundError: if there is no such file.
        ValueError: if it cannot be loaded, or is no export of this package.
    """
    threads = _default_threads() if threads is None else threads
    interpreter = _load(path, threads)
    signatures = interpreter.get_signature_list()
    if missing := set(STAGES) - set(signatures):
        raise ValueError(
            f"{_EXPECTED}, with the signatures {', '.join(STAGES)}. Received: "
            f"{_called(path)} with {sorted(signatures)}, without {sorted(missing)}"
        )
    lock = threading.Lock()
    return {
        name: functools.partial(_run, interpreter.get_signature_runner(name), lock)
        for name in signatures
    }


_EXPECTED = "Expected a LiteRT file as `tfcoseg export litert` writes it"


def import_interpreter() -> Any:
    """LiteRT's class `Interpreter`; if absent, the error says how to install it."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:
        raise ImportError(
            "LiteRT files are run by the package ai-edge-litert: pip install "
            f"ai-edge-litert. Received: {error}"
        ) from error
    return Interpreter


def _load(path, threads):
    interpreter = import_interpreter()
    given = {"model_content": path} if isinstance(path, bytes) else {"model_path": path}
    if not isinstance(path, bytes) and not os.path.isfile(path):
        raise FileNotFoundError(f"There is no such model file: {path}")
    try:
        return interpreter(**given, num_threads=threads)
    except (ValueError, RuntimeError) as error:
        cause = str(error).strip().partition("\n")[0]
        raise ValueError(f"{_EXPECTED}. Received: {_called(path)}: {cause}") from error


def _called(path):
    return f"{len(path)} bytes" if isinstance(path, bytes) else path


def _default_threads():
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    return min(cores, _MOST_THREADS)


def _run(runner, lock, arrays):
    """Runs a signature; what it returns are copies, which a later call leaves alone."""
    with lock:
        return runner(**arrays)
