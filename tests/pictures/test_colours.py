"""Bits and colours: never silently black, never in another space."""

import struct

import numpy as np
import pytest
from PIL import Image

from tfcoseg.pictures import read_image


@pytest.mark.parametrize("highest, bits", [(255, 8), (4095, 12), (65535, 16)])
@pytest.mark.parametrize("kind", ["I;16 png", "I;16 tif", "I tif"])
def test_one_deep_channel_is_scaled_by_its_bits(kind, highest, bits, tmp_path):
    mode, suffix = kind.split()
    values = np.linspace(0, highest, 60).astype(int).reshape(6, 10)
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(values.astype("u2" if "16" in mode else "i4")).save(path)
    expected = values // 2 ** (bits - 8)
    np.testing.assert_array_equal(read_image(path), np.stack([expected] * 3, axis=-1))


@pytest.mark.parametrize("values", [[[-1, 5]], [[0, 65536]]])
def test_integers_of_no_such_scale_are_refused(values, tmp_path):
    path = tmp_path / "a.tif"
    Image.fromarray(np.array(values, np.int32)).save(path)
    with pytest.raises(ValueError, match="a.tif.*0..4095.*Received: values from"):
        read_image(path)


def deep_png(path, values):
    """A PNG of 16 bits in each of three channels, which Pillow does not write."""
    import zlib

    def chunk(kind, data):
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    height, width, _ = values.shape
    rows = values.astype(">u2").reshape(height, -1)
    data = b"".join(b"\0" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(data)), (b"IEND", b"")]
    content = b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*one) for one in chunks)
    path.write_bytes(content)


def test_three_deep_channels(tmp_path):
    values = np.random.default_rng(0).integers(0, 65536, (5, 7, 3))
    deep_png(tmp_path / "a.png", values)
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), values >> 8)
    for shift in (4, 8):  # 12 and 8 bits
        deep_png(tmp_path / "b.png", values >> shift)
        with pytest.raises(ValueError, match="b.png.*8 bits a channel"):
            read_image(tmp_path / "b.png")


def linear_profile():
    """An ICC profile of sRGB's primaries, adapted to D50, and of no gamma."""

    def xyz(*values):
        return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(v * 65536) for v in values))

    name = b"linear"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(name) + 1) + name + bytes(79),
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": xyz(0.4360, 0.2225, 0.0139),
        b"gXYZ": xyz(0.3851, 0.7169, 0.0971),
        b"bXYZ": xyz(0.1431, 0.0606, 0.7141),
    }
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), b"curv" + bytes(8))
    place, table, body = 128 + 4 + 12 * len(tags), b"", b""
    for kind, data in tags.items():
        data += bytes(-len(data) % 4)
        table += kind + struct.pack(">II", place + len(body), len(data))
        body += data
    head = struct.pack(">I", place + len(body)) + bytes(4) + b"\x02\x10\0\0mntrRGB XYZ "
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return head + bytes(128 - len(head)) + struct.pack(">I", len(tags)) + table + body


@pytest.mark.parametrize("kind, tolerance", [("PNG", 1), ("TIFF", 1), ("WEBP", 1)])
def test_a_colour_profile_is_applied(kind, tolerance, tmp_path):
    values = np.random.default_rng(0).integers(0, 256, (9, 8, 3), np.uint8)
    path = tmp_path / "a.picture"
    options = {"lossless": True} if kind == "WEBP" else {}
    profile = linear_profile()
    Image.fromarray(values).save(path, kind, icc_profile=profile, **options)
    linear = values / 255
    # The definition of sRGB, IEC 61966-2-1.
    curve = 1.055 * linear ** (1 / 2.4) - 0.055
    expected = 255 * np.where(linear <= 0.0031308, 12.92 * linear, curve)
    found = read_image(path)
    assert np.abs(found - expected).max() <= tolerance + 1
    assert np.abs(found - expected).mean() <= 0.5
    with Image.open(path) as image:
        np.testing.assert_array_equal(read_image(image), found)


def test_srgb_is_left_as_it_is(tmp_path):
    from PIL import ImageCms

    values = np.random.default_rng(0).integers(0, 256, (9, 8, 3), np.uint8)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(values).save(tmp_path / "a.png", icc_profile=profile)
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), values)
