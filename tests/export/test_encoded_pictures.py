"""Decoding in the graph, against Pillow; refusals before anything is decoded."""

import io
import struct
import zlib

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tfcoseg.export.encoded_pictures import (
    decode_picture,
    decode_pictures,
    encode_masks,
)
from tfcoseg.pictures import read_image, resize_image, resize_soft_mask

LIMIT = 1_000_000


@pytest.fixture(scope="module")
def decode():
    spec = tf.TensorSpec((), tf.string)
    return tf.function(lambda c: decode_picture(c, LIMIT), input_signature=[spec])


def pixels(mode, size=(50, 37)):
    """A smooth picture with an edge, of a Pillow mode; JPEG changes noise too much."""
    y, x = np.mgrid[: size[1], : size[0]]
    red = (x * 4) % 256
    image = np.stack([red, y * 5, np.where(x > y, 200, 30)], axis=-1).astype(np.uint8)
    if mode == "I;16":
        deep = Image.frombytes(mode, size, (image[..., 0].astype("<u2") * 256 + 99))
        return deep
    if mode == "RGBA":
        return Image.fromarray(np.dstack([image, red.astype(np.uint8)]))
    return Image.fromarray(image).convert(mode)


def encoded(image, format_, **options):
    buffer = io.BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "I;16"])
def test_png_as_pillow_reads_it(mode, decode):
    content = encoded(pixels(mode), "PNG")
    expected = read_image(Image.open(io.BytesIO(content)))
    np.testing.assert_array_equal(decode(content), expected)


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"quality": 40}])
def test_jpeg_as_pillow_reads_it(mode, options, decode):
    content = encoded(pixels(mode), "JPEG", **options)
    expected = read_image(Image.open(io.BytesIO(content)))
    # Two builds of one library may round differently.
    np.testing.assert_allclose(decode(content).numpy(), expected.astype(int), atol=2)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_bmp_as_pillow_reads_it(mode, decode):
    content = encoded(pixels(mode), "BMP")
    np.testing.assert_array_equal(decode(content), read_image(pixels(mode)))


@pytest.mark.parametrize("mode, bits", [("P", 8), ("L", 8), ("1", 1)])
def test_bmp_with_a_palette_is_refused(mode, bits, decode):
    """TensorFlow would take the palette's indices for shades of grey."""
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"Received: {bits}]"):
        decode(encoded(pixels(mode), "BMP"))


def test_squares_are_those_of_the_predictor():
    pictures = [pixels("RGB", (300, 200)), pixels("RGB", (40, 90)), pixels("L", (1, 1))]
    contents = [encoded(picture, "PNG") for picture in pictures]
    squares, sizes = decode_pictures(tf.constant(contents), 64, LIMIT)
    np.testing.assert_array_equal(sizes, [(200, 300), (90, 40), (1, 1)])
    for square, picture in zip(squares.numpy(), pictures):
        expected = resize_image(read_image(picture), (64, 64)).astype(float)
        assert np.abs(square - expected).max() <= 1
        assert (square != expected).mean() < 0.02


def test_masks_are_those_of_the_predictor():
    y, x = np.mgrid[:64, :64]
    soft = 1 / (1 + np.exp((np.hypot(x - 30, y - 25) - 17) / 2)).astype(np.float32)
    sizes = [(200, 300), (33, 21)]
    masks = encode_masks(
        tf.constant(np.stack([soft, soft.T])[..., None]), tf.constant(sizes)
    )
    for content, mask, size in zip(masks.numpy(), (soft, soft.T), sizes):
        image = Image.open(io.BytesIO(content))
        assert image.format == "PNG" and image.mode == "L"
        expected = 255 * resize_soft_mask(mask, size)
        assert np.abs(np.asarray(image) - expected).max() <= 1


def test_masks_stay_in_range():
    values = np.array([0.0, 1.0, 1.0 + 1e-6]).reshape(1, 1, 3, 1).astype(np.float32)
    content = encode_masks(tf.constant(values), tf.constant([(1, 3)])).numpy()[0]
    np.testing.assert_array_equal(Image.open(io.BytesIO(content)), [[0, 255, 255]])


def png_of_zeros(width, height):
    """A whole and valid PNG, whose pixels are never held in memory at once."""

    def chunk(name, content):
        check = zlib.crc32(name + content)
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)
        )

    pack = zlib.compressobj(9)
    row = bytes(1 + width)
    rows = b"".join(pack.compress(row) for _ in range(height)) + pack.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", rows), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*parts) for parts in chunks)


def jpeg_announcing(width, height):
    """A JPEG whose frame header says something else than its data."""
    content = encoded(pixels("RGB"), "JPEG")
    start = content.index(b"\xff\xc0") + 5
    return content[:start] + struct.pack(">HH", height, width) + content[start + 4 :]


def bmp_announcing(width, height):
    content = encoded(pixels("RGB"), "BMP")
    return content[:18] + struct.pack("<ii", width, height) + content[26:]


@pytest.mark.parametrize(
    "content, size",
    [
        (png_of_zeros(20_000, 20_000), "20000 x 20000"),
        (png_of_zeros(LIMIT + 1, 1), f"{LIMIT + 1} x 1"),
        (jpeg_announcing(60_000, 50_000), "60000 x 50000"),
        (bmp_announcing(60_000, 50_000), "60000 x 50000"),
        (bmp_announcing(60_000, -50_000), "60000 x 50000"),
    ],
    ids=["png", "png by one", "jpeg", "bmp", "bmp from the top"],
)
def test_what_announces_too_many_pixels_is_refused(content, size, decode):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        decode(content)
    assert f"at most {LIMIT} pixels" in str(caught.value)
    assert f"Received: {size}]" in str(caught.value)


def test_as_many_pixels_as_are_allowed_are_read(decode):
    assert decode(png_of_zeros(LIMIT // 100, 100)).shape == (100, LIMIT // 100, 3)


def with_scans(count):
    """A progressive JPEG whose last scan comes again and again."""
    content = encoded(pixels("RGB"), "JPEG", progressive=True)
    start = content.rindex(b"\xff\xda")
    return content[:start] + content[start:-2] * count + content[-2:]


def test_a_jpeg_of_very_many_scans_is_refused(decode):
    scans = with_scans(1).count(b"\xff\xda")
    assert 1 < scans < 20
    assert decode(with_scans(80)).shape == decode(with_scans(1)).shape == (37, 50, 3)
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        decode(with_scans(100))
    assert f"at most 100 scans. Received: {scans + 99}]" in str(caught.value)


PNG, JPEG, BMP = (encoded(pixels("RGB"), name) for name in ("PNG", "JPEG", "BMP"))


@pytest.mark.parametrize(
    "content",
    [
        *(whole[:length] for whole in (PNG, JPEG, BMP) for length in (3, 9, 20, 60)),
        PNG[:-40],
        JPEG[:-200],
        BMP[:-40],
        PNG[:30] + b"\0" * 40 + PNG[70:],
    ],
    ids=lambda content: f"{content[:4]!r} {len(content)}",
)
def test_a_damaged_picture_is_an_error(content, decode):
    with pytest.raises(tf.errors.InvalidArgumentError):
        decode(content)


@pytest.mark.parametrize(
    "content",
    [b"", b"text", encoded(pixels("P"), "GIF"), encoded(pixels("RGB"), "WEBP")],
    ids=["nothing", "text", "gif", "webp"],
)
def test_other_formats_are_refused_by_name(content, decode):
    with pytest.raises(tf.errors.InvalidArgumentError, match="JPEG, PNG or BMP"):
        decode(content)
