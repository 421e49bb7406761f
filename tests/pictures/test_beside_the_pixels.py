"""Whatever lies beside whole pixels may be damaged: the picture is read."""

import io
import os
import struct
import sys
import threading
import zlib

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from tfcoseg.client.pictures import as_file
from tfcoseg.data.record import Record, header_problem_with
from tfcoseg.pictures import read_image, read_size

EXIF = {
    "noise": bytes(range(7, 120)),
    "nothing": b"Exif\0\0",
    "header": b"Exif\0\0II*\0",
    "cut": b"Exif\0\0MM\0*\0\0\0\x08\0\x40\x01\x12\0\x03",
    "beyond": b"Exif\0\0II*\0\xff\xff\xff\x7f",
    "type": b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x02\0\0\0\x02six\0",
    "value": b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x63\0\0",
}
PROFILES = {"noise": bytes(range(200)), "cut": b"\0\0\x02\x30ADBE\x02\x10\0\0mntrRGB "}
OPTIONS = {
    "JPEG": {"quality": 95, "subsampling": 0},
    "PNG": {},
    "WEBP": {"lossless": True},
    "TIFF": {},
}


@pytest.fixture
def scene():
    rows, columns = np.mgrid[:24, :40]
    return Image.fromarray(
        np.stack([rows * 10, columns * 6, 255 - rows * 5], axis=-1).astype(np.uint8)
    )


def chunk(kind, data, checksum=0):
    checksum += zlib.crc32(kind + data)
    return (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum % 2**32)
    )


def in_png(image, before=b"", after=b""):
    """A PNG with chunks before and behind its pixels."""
    file = io.BytesIO()
    image.save(file, "PNG")
    content = file.getvalue()
    head = 8 + 25
    return content[:head] + before + content[head:-12] + after + content[-12:]


def assert_all_read(path, expected):
    np.testing.assert_array_equal(read_image(path), expected)
    assert read_size(path) == expected.shape[:2]
    assert as_file(path).size == expected.shape[:2]
    mask = path.with_name("mask.png")
    Image.new("L", expected.shape[1::-1]).save(mask)
    assert header_problem_with(Record("a", "b", path, mask)) is None


def saved(image, tmp_path, kind, **options):
    path = tmp_path / "picture"
    image.save(path, kind, **OPTIONS[kind], **options)
    return path


@pytest.mark.parametrize("exif", EXIF)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_exif_that_is_none(kind, exif, scene, tmp_path):
    expected = read_image(saved(scene, tmp_path, kind))
    assert_all_read(saved(scene, tmp_path, kind, exif=EXIF[exif]), expected)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("kind", OPTIONS)
def test_a_colour_profile_that_is_none(kind, profile, scene, tmp_path):
    expected = read_image(saved(scene, tmp_path, kind))
    path = saved(scene, tmp_path, kind, icc_profile=PROFILES[profile])
    assert_all_read(path, expected)


LONG = b"Comment\0\0" + zlib.compress(bytes(3_000_000))


@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize(
    "beside",
    [
        chunk(b"zTXt", LONG),
        chunk(b"tEXt", b"Comment\0no checksum", 1),
        chunk(b"iCCP", b"name\0\x07nothing"),
        chunk(b"iCCP", b"name\0\0" + zlib.compress(bytes(3_000_000))),
        chunk(b"pHYs", b"too short"),
        chunk(b"gAMA", b""),
    ],
    ids=["long", "checksum", "profile", "long profile", "resolution", "gamma"],
)
def test_chunks_of_a_png(beside, place, scene, tmp_path):
    path = tmp_path / "picture"
    path.write_bytes(in_png(scene, **{place: beside}))
    assert_all_read(path, np.asarray(scene))


def test_texts_of_a_png_do_not_hide_how_it_is_to_be_turned(scene, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    chunks = chunk(b"zTXt", LONG) + chunk(b"eXIf", exif.tobytes()[6:])
    upright = np.rot90(np.asarray(scene), -1)
    for place in ("before", "after"):
        path = tmp_path / "picture"
        path.write_bytes(in_png(scene, **{place: chunks}))
        assert_all_read(path, upright)
    path.write_bytes(in_png(scene, after=chunk(b"eXIf", exif.tobytes()[6:])))
    assert_all_read(path, upright)


def test_the_limits_of_pillow_stay_as_they_are(scene, tmp_path):
    before = PngImagePlugin.MAX_TEXT_CHUNK
    path = tmp_path / "picture"
    path.write_bytes(in_png(scene, chunk(b"zTXt", LONG)))
    read_image(path)
    assert PngImagePlugin.MAX_TEXT_CHUNK == before


@pytest.mark.parametrize("lacking", [1, 2])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_without_its_end(progressive, lacking, scene, tmp_path):
    path = saved(scene, tmp_path, "JPEG", progressive=progressive)
    expected = read_image(path)
    path.write_bytes(path.read_bytes()[:-lacking])
    np.testing.assert_array_equal(read_image(path), expected)


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_without_some_of_its_pixels(progressive, tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    path = saved(Image.fromarray(noise), tmp_path, "JPEG", progressive=progressive)
    content = path.read_bytes()
    for lacking in (20, 100, len(content) // 2):
        path.write_bytes(content[:-lacking])
        with pytest.raises(ValueError, match="truncated"):
            read_image(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("kind", OPTIONS)
def test_what_can_be_read_once_alone(kind, scene, tmp_path):
    path = saved(scene, tmp_path, kind)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=[path.read_bytes()])
    writer.start()
    found = read_image(pipe)
    writer.join(10)
    np.testing.assert_array_equal(found, read_image(path))


def test_the_largest_page(scene, tmp_path):
    path = tmp_path / "pages.tif"
    small, wide = scene.resize((8, 6)), scene.resize((9, 5))
    small.save(path, save_all=True, append_images=[wide, scene, small])
    assert_all_read(path, np.asarray(scene))
    icon = tmp_path / "icon.ico"
    scene.resize((32, 32)).save(icon, sizes=[(16, 16), (32, 32)])
    assert read_image(icon).shape == (32, 32, 3)


def test_of_pages_of_one_size_the_first(scene, tmp_path):
    path = tmp_path / "pages.tif"
    scene.save(path, save_all=True, append_images=[scene.rotate(180)])
    assert_all_read(path, np.asarray(scene))


def test_a_photograph_of_a_phone(scene, tmp_path, monkeypatch):
    """HEIC, with the plugin and without it."""
    heif = pytest.importorskip("pillow_heif", reason="needs the extra [heic]")
    path = tmp_path / "phone.heic"
    heif.from_pillow(scene.resize((160, 96))).save(path, quality=95)
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "pillow_heif", None)
        with pytest.raises(ValueError, match=r"pip install 'tfcoseg\[heic\]'"):
            read_image(path)
    found, expected = read_image(path), np.asarray(scene.resize((160, 96)))
    assert found.shape == expected.shape and read_size(path) == expected.shape[:2]
    assert np.abs(found.astype(int) - expected).mean() < 4
