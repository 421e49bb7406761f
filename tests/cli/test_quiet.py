"""TensorFlow's log lines are held back, unless something goes wrong."""

import os
import subprocess
import sys

import pytest

NOISE = "I0000 00:00:1795337557.846595 3981 port.cc:153] oneDNN is on."


def run_block(body, **environment):
    code = (
        "import os, sys\n"
        "from tfcoseg.cli.quiet import quiet_tensorflow\n"
        f"with quiet_tensorflow():\n    {body}"
    )
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **environment},
    )


def test_the_log_is_held_back_and_other_lines_pass():
    body = f"""os.write(2, b'{NOISE}\\n'); print('mine', file=sys.stderr)"""
    answer = run_block(body, TF_CPP_MIN_LOG_LEVEL="2")
    assert answer.stderr == "mine\n"


def test_after_an_error_everything_is_shown():
    answer = run_block(f"os.write(2, b'{NOISE}\\n'); raise KeyError('ours')")
    assert NOISE in answer.stderr and "KeyError: 'ours'" in answer.stderr
    assert answer.returncode == 1


def test_a_user_who_asks_for_the_log_gets_it():
    answer = run_block(f"os.write(2, b'{NOISE}\\n')", TF_CPP_MIN_LOG_LEVEL="0")
    assert NOISE in answer.stderr


@pytest.mark.parametrize("statement", ["pass", "import keras; keras.ops.ones(1)"])
def test_nothing_at_all_is_written_on_a_normal_start(statement):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TF_CPP")}
    code = (
        "from tfcoseg.cli.quiet import quiet_tensorflow\n"
        f"with quiet_tensorflow(): pass\n{statement}"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment
    )
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
