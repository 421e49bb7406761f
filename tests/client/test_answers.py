"""An answer that does not fit its question is an error, not a mask."""

import io
import zlib

import numpy as np
import pytest
from PIL import Image

from tfcoseg import signature as names
from tfcoseg.client import RequestError
from tfcoseg.client.answers import CONTRACTS, read_answer
from tfcoseg.client.pictures import SentPicture

SIZES = [(6, 8), (5, 4)]
SCORES = {"score_a": np.array([0.5]), "score_b": np.array([0.5])}


def png(size, mode="L", kind="PNG"):
    file = io.BytesIO()
    Image.new(mode, size[::-1], 51).save(file, kind)
    return file.getvalue()


def strings(*rows):
    return np.array([*rows, None], object)[:-1]


def read_files(**changes):
    outputs = {
        "mask_a_bytes": strings(png(SIZES[0])),
        "mask_b_bytes": strings(png(SIZES[1])),
        **SCORES,
        **changes,
    }
    outputs = {name: rows for name, rows in outputs.items() if rows is not None}
    pictures = [SentPicture(b"", size) for size in SIZES]
    return read_answer(CONTRACTS[names.SERVE_BYTES], outputs, pictures)


def read_pixels(**changes):
    mask = np.full((1, 3, 3, 1), 0.2)
    outputs = {"mask_a": mask, "mask_b": mask, **SCORES, **changes}
    square = np.zeros((3, 3, 3), np.uint8)
    pictures = [SentPicture(square, size) for size in SIZES]
    return read_answer(CONTRACTS[names.SERVING_DEFAULT], outputs, pictures)


@pytest.mark.parametrize("read", [read_files, read_pixels])
def test_a_good_answer(read):
    soft_masks, score = read(other=np.zeros(3))
    assert [mask.shape for mask in soft_masks] == SIZES
    for mask in soft_masks:
        np.testing.assert_allclose(mask, 0.2, atol=1e-6)
    assert score == 0.5


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"mask_b_bytes": None}, "no mask_b_bytes"),
        ({"score_a": None, "score_b": None}, "no score_a, score_b"),
        ({"mask_a_bytes": strings(png((8, 6)))}, r"mask_a_bytes.*\(8, 6\)"),
        ({"mask_a_bytes": strings(png(SIZES[0], "RGB"))}, "mask_a_bytes.*mode RGB"),
        ({"mask_a_bytes": strings(png(SIZES[0], kind="BMP"))}, "mask_a_bytes"),
        ({"mask_a_bytes": strings(png(SIZES[0])[:-30])}, "mask_a_bytes"),
        ({"mask_a_bytes": strings(b"")}, "mask_a_bytes"),
        ({"mask_a_bytes": np.array([0.5])}, "mask_a_bytes.*no bytes of a PNG"),
        ({"mask_a_bytes": strings(png(SIZES[0]), b"")}, "one row of mask_a_bytes"),
        ({"score_b": np.array([])}, "one row of score_b"),
        ({"score_b": np.array(0.5)}, "one row of score_b"),
        ({"score_b": np.array([np.nan])}, "score_b.*nan"),
        ({"score_b": np.array([1.5])}, "score_b.*1.5"),
        ({"score_b": np.array([0.25])}, "one score .*score_a 0.5 and score_b 0.25"),
        ({"score_b": np.array(["high"])}, "score_b.*high"),
    ],
)
def test_files_that_do_not_fit(changes, message):
    with pytest.raises(RequestError, match=message) as caught:
        read_files(**changes)
    assert caught.value.kind == "answer" and not caught.value.temporary


@pytest.mark.parametrize(
    "mask, message",
    [
        (np.zeros((1, 6, 8, 1)), r"mask_b.*\(6, 8, 1\) instead of \(3, 3, 1\)"),
        (np.zeros((1, 3, 3)), "mask_b"),
        (np.full((1, 3, 3, 1), np.nan), "mask_b.*nan"),
        (np.full((1, 3, 3, 1), 255), "mask_b.*255"),
        (strings(png(SIZES[0])), "mask_b"),
    ],
)
def test_pixels_that_do_not_fit(mask, message):
    with pytest.raises(RequestError, match=message):
        read_pixels(mask_b=mask)


def test_a_mask_whose_header_announces_too_much_is_not_decoded(monkeypatch):
    bomb = bytearray(png(SIZES[0]))
    bomb[16:24] = (60_000).to_bytes(4, "big") * 2
    bomb[29:33] = zlib.crc32(bomb[12:29]).to_bytes(4, "big")
    monkeypatch.setattr("PIL.Image.MAX_IMAGE_PIXELS", None)
    with pytest.raises(RequestError, match=r"mask_a_bytes.*\(60000, 60000\)"):
        read_files(mask_a_bytes=strings(bytes(bomb)))
