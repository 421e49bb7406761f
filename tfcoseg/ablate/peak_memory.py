"""How much memory a training step of one layer takes, by this process's own account.

    python -m tfcoseg.ablate.peak_memory non_local 17 33 65

prints the bytes for each map as JSON. TensorFlow keeps what it has once asked for, so
each layer needs a process of its own, in which maps grow. Linux only.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tfcoseg.ablate.layers_compared import make_pair, make_training


def peak_memory(name: str, sides: Sequence[int]) -> list[int] | None:
    """Bytes above what the process had before, at the height of a training step.

    Args:
        name: "correlation" or "non_local".
        sides: heights = widths of the maps, growing.

    Returns:
        A number for each side; None where the system does not tell.
    """
    command = [sys.executable, "-m", __name__, name, *map(str, sides)]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2"}
    answer = subprocess.run(command, capture_output=True, text=True, env=environment)
    return json.loads(answer.stdout) if answer.returncode == 0 else None


def measure(name: str, sides: Sequence[int]) -> list[int]:
    """What `peak_memory` returns, of this process.

    Raises:
        OSError: where the system does not tell.
    """
    train = make_training(name)
    train(*make_pair(3))  # whatever is asked for once and for all
    before = status("VmRSS")
    found = []
    for side in sides:
        train(*make_pair(side))
        found.append(max(0, status("VmHWM") - before))
    return found


def status(name: str) -> int:
    """A figure of this process, in bytes: "VmRSS" now, "VmHWM" the greatest so far."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return 1024 * int(line.split()[1])
    raise OSError(f"Expected {name} in the status of the process. Received none")


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], [int(side) for side in sys.argv[2:]])))
