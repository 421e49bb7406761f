"""Pictures on disk, good and bad."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


@pytest.fixture
def pixels():
    """Two rows, three columns, no two pixels alike; first a row of red, green, blue."""
    return np.array(
        [[RED, GREEN, BLUE], [(1, 2, 3), (40, 50, 60), (255, 255, 255)]], np.uint8
    )


@pytest.fixture
def saved(tmp_path):
    """Saves a PIL image or an array under a name; returns the path."""

    def save(image, name, **options):
        if isinstance(image, np.ndarray):
            image = Image.fromarray(image)
        image.save(tmp_path / name, **options)
        return tmp_path / name

    return save


@pytest.fixture
def png_header():
    """A PNG whose header announces any size; its data are nonsense."""

    def chunk(kind, data):
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    def build(width, height):
        header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
        signature = b"\x89PNG\r\n\x1a\n"
        return signature + chunk(b"IHDR", header) + chunk(b"IDAT", b"x" * 9)

    return build
