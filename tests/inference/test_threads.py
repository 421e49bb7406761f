"""How many threads TensorFlow computes with, in processes of their own."""

import subprocess
import sys

import pytest

PROGRAM = """
import functools
from tfcoseg import samples
from tfcoseg.inference import Predictor
import tensorflow as tf

predictor = functools.partial(Predictor, "coseg", 33, engine="tensorflow")
predictor(threads=1).predict(*samples.pair())
threading = tf.config.threading
print(threading.get_intra_op_parallelism_threads(), end=" ")
print(threading.get_inter_op_parallelism_threads())
predictor(threads=1)
predictor()
predictor(threads=2)
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
