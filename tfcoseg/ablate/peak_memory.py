"""How much memory a training step of one layer takes, by this process's own account.

    python -m tfcoseg.ablate.peak_memory non_local 33

prints the bytes. TensorFlow keeps what it has once asked for, and the greatest memory
of a process never falls, so each measurement needs a process of its own. Linux only.
"""

import os
import subprocess
import sys
from pathlib import Path

from tfcoseg.ablate.layers_compared import make_pair, make_training


def peak_memory(name: str, side: int) -> int | None:
    """Bytes above what the process had before, at the height of a training step.

    Args:
        name: "correlation" or "non_local".
        side: height = width of the maps in positions.

    Returns:
        A number; None where the system does not tell.
    """
    command = [sys.executable, "-m", __name__, name, str(side)]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2"}
    answer = subprocess.run(command, capture_output=True, text=True, env=environment)
    return int(answer.stdout) if answer.returncode == 0 else None


def measure(name: str, side: int) -> int:
    """What `peak_memory` returns, of this process.

    Raises:
        OSError: where the system does not tell.
    """
    train = make_training(name)
    pair = make_pair(side)
    step = train.get_concrete_function(*pair)  # tracing takes memory, too
    train(*make_pair(3))  # and so does whatever is asked for once and for all
    before = status("VmRSS")
    step(*pair)
    return max(0, status("VmHWM") - before)


def status(name: str) -> int:
    """A figure of this process, in bytes: "VmRSS" now, "VmHWM" the greatest so far."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return 1024 * int(line.split()[1])
    raise OSError(f"Expected {name} in the status of the process. Received none")


if __name__ == "__main__":
    print(measure(sys.argv[1], int(sys.argv[2])))
