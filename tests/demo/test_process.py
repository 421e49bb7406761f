"""`tfcoseg demo` as a person runs it: a process, a ready line, a browser, Ctrl-C."""

import io
import os
import re
import signal
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from PIL import Image

from tfcoseg import samples

pytestmark = pytest.mark.slow

READY = r"ready at (http://127\.0\.0\.1:(\d+)/)\n"
# Runs the command, and writes to the first path every address that it asks or looks up.
WATCHED = """
import sys
log = open(sys.argv[1], "a", buffering=1)
def hook(event, arguments):
    if event == "socket.connect":
        log.write(f"{arguments[1]!r}\\n")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        log.write(f"{arguments[0]!r}\\n")
sys.addaudithook(hook)
from tfcoseg.cli.main import main
sys.exit(main(sys.argv[2:]))
"""


@pytest.fixture
def start(tmp_path):
    """Starts the command; whatever still runs is ended after the test."""
    pytest.importorskip("gradio", reason="needs the extra [demo]")
    processes = []
    left_out = ("TF_", "GRADIO_")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(left_out)}
    environment["TMPDIR"] = str(tmp_path / "temporary")
    (tmp_path / "temporary").mkdir()

    def start(*args):
        watched = ["-c", WATCHED, tmp_path / "asked.txt", "demo", *map(str, args)]
        pipe = subprocess.PIPE
        processes.append(
            subprocess.Popen(
                [sys.executable, *watched],
                stdout=pipe,
                stderr=pipe,
                text=True,
                env=environment,
            )
        )
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def test_it_ends_cleanly(start, tmp_path):
    process = start("--port", 0)
    ready = re.fullmatch(READY, process.stdout.readline())
    assert ready, process.communicate()
    second = start("--port", ready[2])
    out, err = second.communicate(timeout=300)
    assert second.returncode == 1 and out == ""
    assert err == (
        f"tfcoseg demo: error: Cannot listen at port {ready[2]} of 127.0.0.1: another "
        "program listens there; choose another port, or 0\n"
    )
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (0, "")
    assert err == "Ctrl-C ends\nending; once more ends at once\n"
    assert list((tmp_path / "temporary").iterdir()) == []


def test_the_sample_pictures_with_the_real_network(start, visit, tmp_path):
    process = start("--port", 0, "--quiet", "--min-score", 0.5)
    ready = re.fullmatch(READY, process.stdout.readline())
    assert ready, process.communicate()
    page = visit(ready[1])
    page.get_by_role("button", name="Try it with the sample pictures").click()
    page.get_by_role("article").nth(2).wait_for()
    said = page.get_by_role("status").first.inner_text()
    assert "found in 2 of 3 pictures" in said
    assert f"{samples.without_common_object().name} does not show it" in said
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        for picture, truth in zip(samples.pair(), samples.masks()):
            content = io.BytesIO(archive.read(f"{picture.stem}_mask.png"))
            mask, truth = np.asarray(Image.open(content)), np.asarray(Image.open(truth))
            jaccard = ((mask & truth) > 0).sum() / ((mask | truth) > 0).sum()
            assert jaccard >= 0.6, picture.name
    process.terminate()  # while the visitor's page is still open
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out, err) == (0, "", "")
    assert list((tmp_path / "temporary").iterdir()) == []
    asked = set((tmp_path / "asked.txt").read_text().splitlines())
    own = re.compile(r"None|'(127\.0\.0\.1|localhost|::1)'|\('127\.0\.0\.1', \d+\)")
    assert [address for address in asked if not own.fullmatch(address)] == []
