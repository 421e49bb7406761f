"""Keeps what TensorFlow and LiteRT say about themselves off the terminal."""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

_LEVEL = "TF_CPP_MIN_LOG_LEVEL"

# Lines of TensorFlow's C++ logs begin with the level and the date: "I0000 00:00:17...",
# "2026-01-31 12:00:00.1: W ..."; two of its messages have lines without. LiteRT's begin
# with the level in full.
_NOISE = re.compile(
    r"[IWE]\d{4} \d\d:\d\d:|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IWE] "
    r"|WARNING: All log messages before absl::InitializeLog\(\)"
    r"|To enable the following instructions:"
    r"|INFO: Created TensorFlow Lite "
)


def quiet_runtime(runtime: str) -> AbstractContextManager[None]:
    """Holds back the log lines of what runs a model, which LiteRT does by itself."""
    return _quiet() if runtime == "litert" else quiet_tensorflow()


@contextmanager
def quiet_tensorflow() -> Iterator[None]:
    """Imports TensorFlow and holds its log lines back until the end of the block.

    The variable that is meant for it does not reach what is logged while TensorFlow is
    being loaded and looks for a GPU. Everything else that is written to stderr is
    passed on at the end; so are the log lines after an error, unless it is one that
    `main` reports in a line. With TF_CPP_MIN_LOG_LEVEL=0 nothing is held
    back.
    """
    with _quiet():
        if os.environ[_LEVEL] != "0":
            tf = _import_tensorflow()
            tf.config.list_physical_devices()
        yield


def _import_tensorflow():
    try:
        import tensorflow
    except ImportError as error:
        raise ImportError(
            "This needs TensorFlow: pip install tensorflow keras. To segment pictures "
            "without it, pass a LiteRT file: --weights x.tflite. "
            f"Received: {error}"
        ) from error
    return tensorflow


@contextmanager
def _quiet():
    os.environ.setdefault(_LEVEL, "2")
    if os.environ[_LEVEL] == "0":
        yield
        return
    try:
        terminal = os.dup(2)
    except OSError:  # stderr is closed: nobody is to be spared
        yield
        return
    with tempfile.TemporaryFile() as held_back:
        sys.stderr.flush()
        os.dup2(held_back.fileno(), 2)
        expected = False
        try:
            yield
            expected = True
        except (OSError, ValueError, ImportError, KeyboardInterrupt):
            expected = True
            raise
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)
            held_back.seek(0)
            text = held_back.read().decode(errors="replace")
            _pass_on(_without_noise(text) if expected else text)


def _without_noise(text):
    lines = text.splitlines(keepends=True)
    return "".join(line for line in lines if not _NOISE.match(line))


def _pass_on(text):
    with open(2, "w", closefd=False) as stderr:
        stderr.write(text)
