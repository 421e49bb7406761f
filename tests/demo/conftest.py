"""A predictor that counts its work, pictures for it, a server and a browser."""

import gc
import os
import shutil
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from tfcoseg.inference import Encoded, Find
from tfcoseg.pictures import resize_image

SQUARE = (64, 64)


class CountingPredictor:
    """Takes what is bright for the object, which a dark picture does not show.

    Attributes:
        calls: what it was asked to do, in order.
        most_at_once: how many threads were in it at the same time.
        seconds: for which each group takes it.
        go_on: while this is not set, groups wait.
    """

    def __init__(self):
        self.calls, self.most_at_once, self.seconds = [], 0, 0.0
        self.go_on = threading.Event()
        self.go_on.set()
        self._inside, self._lock = 0, threading.Lock()

    def encode(self, picture):
        self.calls.append("encode")
        brightness = resize_image(picture, SQUARE).mean(axis=-1) / 255
        return Encoded({"brightness": brightness}, picture.shape[:2])

    def find(self, encoded):
        with self._lock:
            self._inside += 1
            self.most_at_once = max(self.most_at_once, self._inside)
        self.calls.append("find")
        time.sleep(self.seconds)
        assert self.go_on.wait(60)
        with self._lock:
            self._inside -= 1
        return [_find(one) for one in encoded]


def _find(one):
    soft_mask = one.tensors["brightness"].astype(np.float32)
    return Find(soft_mask, float(soft_mask.max()), one.size, min_score=0.2)


@pytest.fixture
def predictor():
    return CountingPredictor()


@pytest.fixture
def draw(tmp_path):
    """Draws a picture: a box as bright as `value` whose rim is half as bright."""

    def draw(name, box=(20, 10, 60, 50), size=(96, 64), value=255):
        pixels = np.zeros((size[1], size[0], 3), np.uint8)
        left, top, right, bottom = box
        pixels[max(0, top - 6) : bottom + 6, max(0, left - 6) : right + 6] = value // 2
        pixels[top:bottom, left:right] = value
        path = tmp_path / "pictures" / name
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(pixels).save(path)
        return path

    return draw


@pytest.fixture
def dark(draw):
    """Draws a picture of nothing."""
    return lambda name: draw(name, value=20)


@pytest.fixture(scope="module")
def browser():
    """A Chromium without a window; while there is one, an event loop runs."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="needs playwright, to drive a browser"
    )
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip("needs a Chromium; none is installed here")
    # Chromium has no sandbox to offer to the administrator.
    args = ["--no-sandbox"] if hasattr(os, "getuid") and os.getuid() == 0 else []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=args)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser):
    """Opens an address as a visitor of its own; it may ask this machine only."""
    contexts, asked = [], []

    def visit(url, width=1280, height=900):
        viewport = {"width": width, "height": height}
        contexts.append(browser.new_context(viewport=viewport))
        page = contexts[-1].new_page()
        page.set_default_timeout(30_000)
        page.on("request", lambda request: asked.append(request.url))
        page.goto(url)
        page.get_by_role("button", name="Find the common object").wait_for()
        page.locator("#status[role=status]").wait_for(state="attached")
        return page

    yield visit
    for context in contexts:
        context.close()
    starts = ("http://127.0.0.1:", "data:", "blob:http://127.0.0.1:")
    assert asked and [url for url in asked if not url.startswith(starts)] == []


@pytest.fixture
def serve(predictor):
    """Serves the page of the counting predictor from this process."""
    pytest.importorskip("gradio", reason="needs the extra [demo]")
    from tfcoseg.demo import Limits, PageServer, build_page

    servers = []

    def serve(megabytes=20, **limits):
        servers.append(PageServer(port=0))
        limits = Limits(megabytes=megabytes, **limits)
        # Gradio makes event loops for the thread that builds a page, and closes none:
        # they go with the thread, and what they say then is ignored.
        with ThreadPoolExecutor(1) as pool:
            page = pool.submit(build_page, predictor, limits).result()
            pool.submit(servers[-1].start, page, megabytes).result()
        return servers[-1]

    yield serve
    predictor.go_on.set()
    for server in servers:
        server.close()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
