"""The page in a real browser: upload, find, slider, download; mouse and keyboard."""

import io
import os
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tfcoseg.batch.results import read_results
from tfcoseg.pictures import read_image

# Gradio does not close its event loops, and uses of pandas what is to go.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

# What can be seen of the page beyond the right edge of the window, by tag and class.
BEYOND = """() => [...document.querySelectorAll('main *')].filter(e => {
  const box = e.getBoundingClientRect();
  return box.width && getComputedStyle(e).visibility != 'hidden'
    && (box.right > innerWidth + 1 || box.left < -1);
}).map(e => e.tagName + '.' + e.className)"""
FOCUS = """() => {
  const e = document.activeElement, style = getComputedStyle(e);
  const label = e.getAttribute('aria-label') || e.labels?.[0]?.innerText;
  return {
    place: e.tagName, name: (label || e.innerText || '').trim(),
    outline: style.outlineStyle == 'none' ? 0 : parseFloat(style.outlineWidth),
  };
}"""


def upload(page, *paths):
    page.locator("#pictures input[type=file]").set_input_files(paths)
    for path in paths:
        page.get_by_label(path.name, exact=True).wait_for()


def find(page, count):
    page.get_by_role("button", name="Find the common object").click()
    page.get_by_role("article").nth(count - 1).wait_for()


def sources(page, kind="mask"):
    images = page.locator(f".results .{kind} img")
    return images.evaluate_all("images => images.map(image => image.src)")


def wait_for_others(page, before, kind="mask"):
    """Waits until what is shown is not what it was before."""
    page.wait_for_function(
        "([kind, before]) => JSON.stringify([...document.querySelectorAll("
        "`.results .${kind} img`)].map(i => i.src)) != JSON.stringify(before)",
        arg=[kind, before],
    )
    return sources(page, kind)


def choosers(page):
    """The windows to choose files that the page opens from now on."""
    opened = []
    # Waiting for one with `expect_file_chooser` is sometimes too late.
    page.on("filechooser", lambda chooser: opened.append(chooser))
    page.wait_for_timeout(500)
    return opened


def wait_until(page, holds):
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        page.wait_for_timeout(50)


def download(page):
    with page.expect_download() as given:
        page.get_by_role("button", name="Download all as a zip file").click()
    return given.value


def test_from_upload_to_download(serve, visit, predictor, draw, tmp_path):
    paths = [draw("first.png"), draw("second.png", size=(900, 700))]
    page = visit(serve().url)
    upload(page, *paths)
    assert not page.get_by_role("slider").is_visible()
    find(page, 2)
    assert "found in both pictures" in page.get_by_role("status").first.inner_text()
    assert predictor.calls == ["encode", "encode", "find"]
    before = sources(page)
    page.get_by_role("slider").fill("0.25")
    after = wait_for_others(page, before)
    assert len(after) == 2 and after[0] != before[0] and after[1] != before[1]
    cut = sources(page, "cutout")
    page.get_by_role("radio", name="Green").check()
    wait_for_others(page, cut, "cutout")
    given = download(page)
    assert predictor.calls == ["encode", "encode", "find"]
    assert given.suggested_filename == "common_object.zip"
    with zipfile.ZipFile(given.path()) as archive:
        archive.extract("results.json", tmp_path)
        content = read_results(tmp_path / "results.json")
        mask = np.asarray(Image.open(io.BytesIO(archive.read("first_mask.png"))))
        cut = np.asarray(Image.open(io.BytesIO(archive.read("first_cutout.png"))))
    assert content["options"]["threshold"] == 0.25
    entries = content["groups"][""]["pictures"]
    assert [entry["file"] for entry in entries] == ["first.png", "second.png"]
    assert [(e["height"], e["width"]) for e in entries] == [(64, 96), (700, 900)]
    # The rim, half as bright as the box, is in at this threshold.
    bright = read_image(paths[0])[..., 0] > 100
    assert ((mask > 0) == bright).mean() > 0.97
    assert tuple(cut[0, 0]) == (0, 177, 64)


def test_start_again_and_new_pictures_take_results_away(serve, visit, draw):
    page = visit(serve().url)
    upload(page, draw("a.png"), draw("b.png"))
    find(page, 2)
    page.get_by_role("button", name="Start again").click()
    page.get_by_role("article").first.wait_for(state="detached")
    page.get_by_text("Drop File Here").wait_for()
    upload(page, draw("a.png"), draw("c.png"))
    find(page, 2)
    opened = choosers(page)
    page.get_by_role("button", name="Add pictures").click()
    wait_until(page, lambda: opened)
    opened[0].set_files(draw("d.png"))
    page.get_by_role("article").first.wait_for(state="detached")
    find(page, 3)
    assert page.get_by_role("heading", level=3).all_inner_texts() == [
        "a.png",
        "c.png",
        "d.png",
    ]


def test_messages_say_what_was_expected(serve, visit, draw, tmp_path):
    page = visit(serve(megabytes=1).url)
    page.get_by_role("button", name="Find the common object").click()
    page.get_by_text("Expected 2 to 8 pictures").wait_for()
    broken = tmp_path / "broken & <b>sons.jpg"
    broken.write_bytes(b"no picture")
    large = tmp_path / "large.png"
    random = np.random.default_rng(0)
    Image.fromarray(random.integers(0, 255, (700, 700, 3), np.uint8)).save(large)
    page.locator("#pictures input[type=file]").set_input_files([large])
    page.get_by_text("exceed the maximum allowed size").wait_for()
    page.reload()
    page.locator("#status[role=status]").wait_for(state="attached")
    page.locator("#pictures input[type=file]").set_input_files(
        [draw("a.png"), broken, draw("b.png")]
    )
    page.get_by_label("b.png", exact=True).wait_for()
    find(page, 2)
    said = page.get_by_role("status").first.inner_text()
    assert "found in both" in said and "Left out" in said and "broken" in said


def test_two_at_once_get_their_own(serve, visit, predictor, draw, dark):
    predictor.seconds = 0.5
    url = serve().url
    first, second = visit(url), visit(url)
    upload(first, draw("a.png"), draw("b.png"))
    upload(second, draw("c.png"), draw("d.png"), dark("night.png"))
    for page in (first, second):
        page.get_by_role("button", name="Find the common object").click()
    first.get_by_role("article").nth(1).wait_for()
    second.get_by_role("article").nth(2).wait_for()
    assert predictor.most_at_once == 1 and predictor.calls.count("find") == 2
    names = [
        page.get_by_role("heading", level=3).all_inner_texts()
        for page in (first, second)
    ]
    assert names == [["a.png", "b.png"], ["c.png", "d.png", "night.png"]]
    before = sources(first)
    second.get_by_role("slider").fill("0.25")
    second.get_by_text("night.png does not show it").wait_for()
    assert sources(first) == before
    with zipfile.ZipFile(download(first).path()) as archive:
        assert "a_mask.png" in archive.namelist()
        assert "c_mask.png" not in archive.namelist()


def test_who_comes_when_the_queue_is_full_is_told(serve, visit, predictor, draw):
    url = serve(waiting=1).url
    pages = [visit(url) for _ in range(3)]
    for page in pages:
        upload(page, draw("a.png"), draw("b.png"))
    predictor.go_on.clear()
    pages[0].get_by_role("button", name="Find the common object").click()
    wait_until(pages[0], lambda: "find" in predictor.calls)
    pages[1].get_by_role("button", name="Find the common object").click()
    pages[1].get_by_text("queue: 1/1").wait_for()
    pages[2].get_by_role("button", name="Find the common object").click()
    pages[2].get_by_test_id("toast-body").wait_for()
    assert "currently busy" in pages[2].get_by_test_id("toast-body").inner_text()
    predictor.go_on.set()
    for page in pages[:2]:
        page.get_by_role("article").nth(1).wait_for()


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_cut_off(serve, visit, draw, dark, width):
    page = visit(serve().url, width, 844)
    long = draw(f"a_picture_of_{'many_' * 12}words.png", size=(1200, 300))
    upload(page, draw("a.png"), long, dark("night.png"))
    find(page, 3)
    shown = page.evaluate("[document.scrollingElement.scrollWidth, innerWidth]")
    assert shown[0] <= shown[1] == width
    assert page.evaluate(BEYOND) == []
    sizes = page.locator(".results img").evaluate_all(
        "images => images.map(i => [i.naturalWidth, i.clientWidth])"
    )
    assert len(sizes) == 9 and all(own and shown > 100 for own, shown in sizes)


def test_with_the_keyboard_alone(serve, visit, predictor):
    page = visit(serve().url)
    press = page.keyboard.press
    seen = []

    def tab_to(name):
        for _ in range(30):
            press("Tab")
            seen.append(page.evaluate(FOCUS))
            if name in seen[-1]["name"] and seen[-1]["place"] != "BODY":
                return
        raise AssertionError(f"{name} is not reached: {seen}")

    opened = choosers(page)
    for name in ("upload", "Add pictures"):
        tab_to(name)
        for key in ("Enter", "Space"):
            before = len(opened)
            press(key)
            wait_until(page, lambda: len(opened) > before)
    tab_to("Try it with the sample pictures")
    press("Enter")
    page.get_by_role("article").nth(2).wait_for()
    calls, before = list(predictor.calls), sources(page)
    tab_to("range slider for Threshold")
    for _ in range(30):
        press("ArrowLeft")
    wait_for_others(page, before)
    assert page.get_by_role("slider").input_value() == "0.2"
    cut = sources(page, "cutout")
    tab_to("Black")
    press("Space")
    wait_for_others(page, cut, "cutout")
    tab_to("Download all as a zip file")
    with page.expect_download():
        press("Enter")
    tab_to("Start again")
    press("Space")
    page.get_by_role("article").first.wait_for(state="detached")
    assert predictor.calls == calls
    stops = [one for one in seen if one["place"] != "BODY"]  # which is the page's end
    assert all(one["name"] and one["outline"] >= 2 for one in stops), stops


def test_what_visitors_leave_is_deleted_after_a_while(serve, visit, draw):
    page = visit(serve(keep_seconds=8).url)
    upload(page, draw("a.png"), draw("b.png"))
    find(page, 2)
    folder = Path(os.environ["GRADIO_TEMP_DIR"])
    download(page)
    wait_until(page, lambda: not [*folder.rglob("*.png"), *folder.rglob("*.zip")])
    page.get_by_role("button", name="Download all as a zip file").click()
    page.get_by_test_id("toast-body").wait_for()
    assert "Expected" in page.get_by_test_id("toast-body").inner_text()
