"""What is sent of a picture, and that a server sees in it what `read_image` does."""

import io
import zlib

import numpy as np
import pytest
from PIL import Image

from tfcoseg.client.pictures import as_file, as_pixels
from tfcoseg.pictures import read_image, resize_image

SIZE = (40, 28)  # width, height


def scene():
    """Soft patches of colour, no two alike, and not symmetric."""
    patches = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    return Image.fromarray(patches).resize(SIZE, Image.Resampling.BILINEAR)


def with_alpha(mode):
    image = scene().convert(mode)
    image.putalpha(Image.linear_gradient("L").resize(SIZE))
    return image


def deep():
    return Image.fromarray(np.arange(28 * 40, dtype=np.uint16).reshape(28, 40) * 58)


def turned(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return {"exif": exif}


# Name: picture, format, options.
UNCHANGED = {
    "jpeg": (scene, "JPEG", {"subsampling": 0}),
    "progressive": (scene, "JPEG", {"progressive": True, "subsampling": 0}),
    "subsampled": (scene, "JPEG", {"subsampling": 2}),
    "grey_jpeg": (lambda: scene().convert("L"), "JPEG", {}),
    "cmyk": (lambda: scene().convert("CMYK"), "JPEG", {"quality": 95}),
    "upright_jpeg": (scene, "JPEG", {"subsampling": 0, **turned(1)}),
    "png": (scene, "PNG", {}),
    "alpha": (lambda: with_alpha("RGB"), "PNG", {}),
    "grey": (lambda: scene().convert("L"), "PNG", {}),
    "grey_alpha": (lambda: with_alpha("L"), "PNG", {}),
    "palette": (lambda: scene().quantize(16), "PNG", {}),
    "palette_alpha": (lambda: scene().quantize(200), "PNG", {"transparency": 3}),
    "key": (scene, "PNG", {"transparency": (1, 2, 3)}),
    "bilevel": (lambda: scene().convert("1"), "PNG", {}),
}
ENCODED_AGAIN = {
    "deep": (deep, "PNG", {}),
    "turned_jpeg": (scene, "JPEG", {"subsampling": 0, "quality": 95, **turned(6)}),
    "mirrored_jpeg": (scene, "JPEG", {"subsampling": 0, "quality": 95, **turned(2)}),
    "turned_png": (scene, "PNG", turned(8)),
    "bmp": (scene, "BMP", {}),
    "palette_bmp": (lambda: scene().quantize(16), "BMP", {}),
    "bilevel_bmp": (lambda: scene().convert("1"), "BMP", {}),
    "gif": (lambda: scene().quantize(200), "GIF", {}),
    "tiff": (scene, "TIFF", {}),
    "turned_tiff": (scene, "TIFF", turned(3)),
    "webp": (scene, "WEBP", {"lossless": True}),
}
ALL = {**UNCHANGED, **ENCODED_AGAIN}


@pytest.fixture
def saved(tmp_path):
    def save(name):
        draw, kind, options = ALL[name]
        draw().save(tmp_path / f"{name}.{kind.lower()}", kind, **options)
        return tmp_path / f"{name}.{kind.lower()}"

    return save


@pytest.mark.parametrize("name", UNCHANGED)
def test_a_file_that_the_server_reads_alike_is_sent_as_it_is(saved, name):
    assert as_file(saved(name)).content == saved(name).read_bytes()


@pytest.mark.parametrize("name", ENCODED_AGAIN)
def test_any_other_file_is_encoded_again_upright(saved, name):
    path = saved(name)
    sent = as_file(path)
    assert sent.content != path.read_bytes()
    with Image.open(io.BytesIO(sent.content)) as image:
        assert image.format == "PNG" and image.getexif() == {}
        np.testing.assert_array_equal(image, read_image(path))


@pytest.mark.parametrize("name", ALL)
def test_the_size_is_that_of_the_upright_picture(saved, name):
    path = saved(name)
    assert as_file(path).size == read_image(path).shape[:2]


@pytest.mark.parametrize("name", ALL)
def test_an_export_decodes_what_is_sent_as_read_image_does(saved, name):
    path = saved(name)
    np.testing.assert_array_equal(decoded(as_file(path).content), read_image(path))


def decoded(content):
    """What the graph of an exported model makes of a file."""
    from tfcoseg.export.encoded_pictures import decode_picture

    return np.int16(decode_picture(content, max_pixels=10_000))


def test_a_large_turned_jpeg_is_a_jpeg_again_without_visible_loss(saved, monkeypatch):
    monkeypatch.setattr("tfcoseg.client.pictures._MAX_PNG_PIXELS", 40 * 28 - 1)
    content = as_file(saved("turned_jpeg")).content
    with Image.open(io.BytesIO(content)) as image:
        assert image.format == "JPEG" and image.getexif() == {}
    difference = decoded(content) - read_image(saved("turned_jpeg"))
    assert np.abs(difference).mean() < 1 and np.abs(difference).max() <= 4
    monkeypatch.setattr("tfcoseg.client.pictures._MAX_PNG_PIXELS", 40 * 28)
    with Image.open(io.BytesIO(as_file(saved("turned_jpeg")).content)) as image:
        assert image.format == "PNG"


def test_a_phones_picture_with_a_second_one_in_it(tmp_path):
    path = tmp_path / "phone.jpg"
    scene().save(path, "MPO", save_all=True, append_images=[scene().rotate(180)])
    with Image.open(path) as image:
        assert image.format == "MPO" and image.n_frames == 2
    assert as_file(path).content == path.read_bytes()


def test_an_orientation_behind_the_pixels_of_a_png_is_found(tmp_path):
    path = tmp_path / "late.png"
    scene().save(path, **turned(6))
    content = path.read_bytes()
    start = content.index(b"eXIf") - 4
    end = start + 12 + int.from_bytes(content[start : start + 4], "big")
    late = content[:start] + content[end:-12] + content[start:end] + content[-12:]
    path.write_bytes(late)
    sent = as_file(path)
    assert sent.size == read_image(path).shape[:2] == (40, 28)
    with Image.open(io.BytesIO(sent.content)) as image:
        np.testing.assert_array_equal(image, read_image(path))


def test_arrays_and_pil_images_become_png(saved):
    pixels = np.array(scene())
    for picture in (pixels, Image.fromarray(pixels)):
        sent = as_file(picture)
        with Image.open(io.BytesIO(sent.content)) as image:
            assert image.format == "PNG"
            np.testing.assert_array_equal(image, pixels)
        assert sent.size == (28, 40)


def test_pixels_are_those_of_predictor(saved):
    sent = as_pixels(saved("turned_jpeg"), 32)
    expected = resize_image(read_image(saved("turned_jpeg")), (32, 32))
    np.testing.assert_array_equal(sent.content, expected)
    assert sent.content.dtype == np.uint8 and sent.size == (40, 28)


def test_too_many_pixels_are_refused_before_they_are_decoded(tmp_path, monkeypatch):
    content = io.BytesIO()
    Image.new("L", (8, 8)).save(content, "PNG")
    bomb = bytearray(content.getvalue())
    bomb[16:24] = (12_000).to_bytes(4, "big") * 2
    bomb[29:33] = zlib.crc32(bomb[12:29]).to_bytes(4, "big")
    path = tmp_path / "bomb.png"
    path.write_bytes(bomb)
    monkeypatch.setattr(Image.Image, "load", None)
    monkeypatch.setattr("PIL.Image.MAX_IMAGE_PIXELS", None)
    for prepare in (as_file, lambda path: as_pixels(path, 32)):
        with pytest.raises(ValueError, match="bomb.png.*more than the 100,000,000"):
            prepare(path)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_damage_is_said_with_the_name_of_the_file(tmp_path, kind):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    path = tmp_path / "half.picture"
    Image.fromarray(noise).save(path, kind)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(ValueError, match="half.picture"):
        as_file(path)
