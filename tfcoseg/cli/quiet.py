"""Keeps what TensorFlow and LiteRT say about themselves off the terminal."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

_LEVEL = "TF_CPP_MIN_LOG_LEVEL"

# A process of its own passes on what comes through a pipe, but for the lines of logs.
# Those it says too if the pipe ends without the word that nothing unforeseen has
# happened: then even the last words of a process that was aborted are seen.
#
# Lines of TensorFlow's C++ logs begin with the level and the date: "I0000 00:00:17...",
# "2026-01-31 12:00:00.1: W ..."; two of its messages have lines without. LiteRT's begin
# with the level in full.
_EXPECTED = b"\0nothing unforeseen\n"
_FILTER = r"""
import re, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
noise = re.compile(
    rb"[IWE]\d{4} \d\d:\d\d:|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IWE] "
    rb"|WARNING: All log messages before absl::InitializeLog\(\)"
    rb"|To enable the following instructions:"
    rb"|INFO: Created TensorFlow Lite "
)
held, out = [], sys.stderr.buffer
for line in sys.stdin.buffer:
    if line == b"\0nothing unforeseen\n":
        break
    if noise.match(line):
        held.append(line)
    else:
        out.write(line)
        out.flush()
else:
    out.writelines(held)
    out.flush()
"""


def quiet_engine(engine: str) -> AbstractContextManager[None]:
    """Holds back the log lines of an engine; imports TensorFlow if it is that."""
    return _quiet() if engine == "litert" else quiet_tensorflow()


@contextmanager
def quiet_tensorflow() -> Iterator[None]:
    """Imports TensorFlow and holds its log lines back until the end of the block.

    The variable that is meant for it does not reach what is logged while TensorFlow is
    being loaded and looks for a GPU. Everything else that is written to stderr is
    passed on; so are the log lines after an error, unless it is one that `main` reports
    in a line. With TF_CPP_MIN_LOG_LEVEL=0 nothing is held back.
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
    command = [sys.executable, "-I", "-S", "-c", _FILTER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, bufsize=0) as passing_on:
        sys.stderr.flush()
        os.dup2(passing_on.stdin.fileno(), 2)
        expected = False
        try:
            yield
            expected = True
        except (OSError, ValueError, ImportError, KeyboardInterrupt):
            expected = True
            raise
        finally:
            sys.stderr.flush()
            if expected:
                os.write(2, _EXPECTED)
            os.dup2(terminal, 2)
            os.close(terminal)
