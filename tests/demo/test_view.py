"""The results as HTML, read by a parser that knows nothing of how they are made."""

import base64
import io
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tfcoseg.demo.finding import Found, FoundPicture
from tfcoseg.demo.view import results_html, status_html
from tfcoseg.inference import Find

NASTY = "<img src=x onerror=alert(1)>\"'&.png"


class Parsed(HTMLParser):
    """The tags of HTML with their attributes, and its text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text, self.open = [], "", []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag != "img":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.fixture
def found():
    """A group of a bright picture and one that is called like no other."""
    preview = np.full((40, 60, 3), (200, 150, 100), np.uint8)
    soft_mask = np.zeros((8, 8), np.float32)
    soft_mask[:, :4] = 1
    find = Find(soft_mask, 0.9, (400, 600))
    names = "a.png", NASTY
    pictures = [FoundPicture(Path("x") / name, preview, find) for name in names]
    return Found(tuple(pictures), (f"{NASTY}: no picture",))


@pytest.fixture
def masks():
    left = np.zeros((40, 60), np.uint8)
    left[:, :30] = 255
    return [left, np.zeros((40, 60), np.uint8)]


def decoded(source):
    start, _, content = source.partition(";base64,")
    assert start in ("data:image/jpeg", "data:image/webp", "data:image/png")
    return Image.open(io.BytesIO(base64.b64decode(content)))


def test_every_drawing_is_there_and_says_what_it_shows(found, masks):
    parsed = Parsed(results_html(found, masks))
    images = [attributes for tag, attributes in parsed.tags if tag == "img"]
    assert parsed.open == [] and len(images) == 6
    assert len({image["alt"] for image in images}) == 6
    assert all("a.png" in image["alt"] for image in images[:3])
    assert all(NASTY in image["alt"] for image in images[3:])
    assert "empty" in images[5]["alt"] and parsed.text.count("(empty)") == 3
    overlay, cut, mask = (decoded(image["src"]) for image in images[:3])
    assert np.array_equal(np.asarray(mask), masks[0])
    assert np.array_equal(np.asarray(cut)[..., 3], masks[0])
    tinted = np.asarray(overlay).astype(int)
    assert np.abs(tinted[20, 50] - (200, 150, 100)).max() < 12
    assert tinted[20, 10, 0] - tinted[20, 10, 2] > 130  # more red than before


def test_names_are_text_and_nothing_else(found, masks):
    for html in (results_html(found, masks), status_html(found, masks)):
        parsed = Parsed(html)
        assert NASTY in parsed.text
        assert not any("onerror" in attributes for _, attributes in parsed.tags)


def test_headings_name_the_pictures(found, masks):
    parsed = Parsed(results_html(found, masks))
    headings = [a["id"] for tag, a in parsed.tags if tag == "h3"]
    labels = [a["aria-labelledby"] for tag, a in parsed.tags if tag == "article"]
    assert headings == labels and len(set(headings)) == 2


def test_a_background_takes_the_place_of_what_is_cut_away(found, masks):
    parsed = Parsed(results_html(found, masks, (0, 177, 64)))
    cut = np.asarray(decoded([a for t, a in parsed.tags if t == "img"][1]["src"]))
    assert cut.shape == (40, 60, 3)
    assert np.abs(cut[20, 50].astype(int) - (0, 177, 64)).max() < 16
    assert np.abs(cut[20, 10].astype(int) - (200, 150, 100)).max() < 16


def test_what_was_left_out_is_listed(found, masks):
    parsed = Parsed(status_html(found, masks))
    assert "1 of 2 pictures" in parsed.text and "Left out" in parsed.text
    assert [tag for tag, _ in parsed.tags].count("li") == 1
