"""One run at a time in a folder of outputs."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from tfcoseg.batch.lock import NAME, locked
from tfcoseg.files import WriteError

pytest.importorskip("fcntl", reason="needs a system with file locks")


def test_another_run_is_refused_and_told_by_whom(tmp_path):
    with locked(tmp_path / "out"):
        with pytest.raises(
            BlockingIOError, match=f"out, to which process {os.getpid()}"
        ):
            with locked(tmp_path / "out"):
                pass
        assert (tmp_path / "out" / NAME).exists()
    with locked(tmp_path / "out"):
        pass


def test_nothing_is_left_of_a_run_that_wrote_nothing(tmp_path):
    with locked(tmp_path / "a" / "b"):
        pass
    assert os.listdir(tmp_path) == []
    with locked(tmp_path / "a" / "b"):
        (tmp_path / "a" / "b" / "mask.png").touch()
    assert os.listdir(tmp_path / "a" / "b") == ["mask.png"]


def test_a_run_that_was_killed_keeps_nobody_out(tmp_path):
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from tfcoseg.batch.lock import locked\n"
        "with locked(Path(sys.argv[1])):\n"
        "    print('locked', flush=True)\n"
        "    time.sleep(60)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "locked\n"
        with pytest.raises(BlockingIOError, match=f"process {process.pid} on "):
            with locked(tmp_path):
                pass
        process.send_signal(signal.SIGKILL)
    assert (tmp_path / NAME).exists()
    with locked(tmp_path):
        pass
    assert not (tmp_path / NAME).exists()


def test_of_many_at_once_one_is_in(tmp_path):
    inside, most = [], []

    def run():
        for _ in range(50):
            try:
                with locked(tmp_path):
                    inside.append(1)
                    most.append(len(inside))
                    inside.pop()
            except BlockingIOError:
                pass

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(most) == {1}


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(WriteError, match="file/out cannot be written"):
        with locked(tmp_path / "file" / "out"):
            pass
