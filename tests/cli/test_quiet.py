"""TensorFlow's log lines are held back, unless something goes wrong."""

import os
import subprocess
import sys

import pytest

from tfcoseg.cli.quiet import quiet_tensorflow

NOISE = "I0000 00:00:1795337557.846595 3981 port.cc:153] oneDNN is on.\n"


@pytest.fixture
def level(monkeypatch):
    """Sets the variable of TensorFlow's that says how much of its log is wanted."""

    def set_level(value):
        monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", value)

    set_level("2")
    return set_level


def write(text):
    os.write(2, text.encode())


def test_the_log_is_held_back_and_other_lines_pass(level, capfd):
    with quiet_tensorflow():
        write(NOISE)
        write("mine\n")
        write(NOISE)
    assert capfd.readouterr().err == "mine\n"
    write(NOISE)
    assert capfd.readouterr().err == NOISE


@pytest.mark.parametrize("error", [ValueError, FileNotFoundError, ImportError])
def test_an_error_of_the_user_is_not_drowned(error, level, capfd):
    with pytest.raises(error), quiet_tensorflow():
        write(NOISE + "mine\n")
        raise error
    assert capfd.readouterr().err == "mine\n"


def test_after_another_error_everything_is_shown(level, capfd):
    with pytest.raises(KeyError), quiet_tensorflow():
        write(NOISE + "mine\n")
        raise KeyError
    assert sorted(capfd.readouterr().err.splitlines(True)) == [NOISE, "mine\n"]


@pytest.mark.parametrize("end", ["os.abort()", "os.kill(os.getpid(), 9)"])
def test_the_last_words_of_a_process_that_is_killed(end, level):
    code = (
        "import os, sys\n"
        "from tfcoseg.cli.quiet import quiet_engine\n"
        "with quiet_engine('litert'):\n"
        f"    os.write(2, {NOISE.encode()!r} + b'F0000 last words\\n')\n"
        f"    {end}\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], stderr=subprocess.PIPE)
    assert ran.returncode < 0
    assert ran.stderr.decode().splitlines() == ["F0000 last words", NOISE.strip()]


def test_no_temporary_folder_is_needed(level):
    code = (
        "import os, tempfile\n"
        "from tfcoseg.cli.quiet import quiet_engine\n"
        "tempfile.tempdir = '/nowhere/at/all'\n"
        "with quiet_engine('litert'): os.write(2, b'mine\\n')\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], stderr=subprocess.PIPE)
    assert (ran.returncode, ran.stderr) == (0, b"mine\n")


def test_a_user_who_asks_for_the_log_gets_it(level, capfd):
    level("0")
    with quiet_tensorflow():
        write(NOISE)
        assert capfd.readouterr().err == NOISE


def test_stderr_may_be_closed(level):
    code = (
        "from tfcoseg.cli.quiet import quiet_tensorflow as q\nwith q(): print('done')"
    )
    command = f'"{sys.executable}" -c "{code}" 2>&-'
    answer = subprocess.run(command, shell=True, stdout=subprocess.PIPE, text=True)
    assert (answer.returncode, answer.stdout) == (0, "done\n")


def test_nothing_at_all_is_written_on_a_normal_start():
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TF_CPP")}
    code = (
        "from tfcoseg.cli.quiet import quiet_tensorflow\n"
        "with quiet_tensorflow(): pass\n"
        "import keras; keras.ops.ones(1)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment
    )
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
