"""How many threads TensorFlow computes with, in processes of their own."""

import subprocess
import sys

import pytest

PROGRAM = """
from tfcoseg import samples
from tfcoseg.inference import Predictor
import tensorflow as tf

Predictor("coseg", 33, threads=1).predict(*samples.pair())
threading = tf.config.threading
print(threading.get_intra_op_parallelism_threads(), end=" ")
print(threading.get_inter_op_parallelism_threads())
Predictor("coseg", 33, threads=1)
Predictor("coseg", 33)
Predictor("coseg", 33, threads=2)
"""


@pytest.mark.slow
def test_they_are_settled_once_for_a_process():
    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=300
    )
    assert answer.stdout == "1 1\n"
    *_, last = answer.stderr.splitlines()
    assert last.startswith(
        "ValueError: `threads` must be the same for all of a process"
    )
    assert last.endswith("Received: threads=2, after it had begun with 1")
