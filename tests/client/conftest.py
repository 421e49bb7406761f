"""Servers that stand in for TensorFlow Serving, and pictures for them."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

spec = importlib.util.spec_from_file_location(
    "stand_in", Path(__file__).parent / "stand_in.py"
)
stand_in = importlib.util.module_from_spec(spec)
spec.loader.exec_module(stand_in)


@pytest.fixture
def told():
    """The class of what a stand-in is told."""
    return stand_in.Told


@pytest.fixture
def rest():
    with stand_in.RestStandIn() as server:
        yield server


@pytest.fixture
def grpc_server():
    pytest.importorskip("grpc", reason="gRPC is an extra: pip install 'tfcoseg[grpc]'")
    with stand_in.GrpcStandIn() as server:
        yield server


@pytest.fixture(params=["rest", "grpc"])
def server(request):
    """Either stand-in."""
    name = "grpc_server" if request.param == "grpc" else "rest"
    return request.getfixturevalue(name)


@pytest.fixture
def square(tmp_path):
    """Saves a picture of a size (width, height), black with a white box."""

    def draw(name, size, box, **options):
        pixels = np.zeros((size[1], size[0], 3), np.uint8)
        left, top, right, bottom = box
        pixels[top:bottom, left:right] = 255
        Image.fromarray(pixels).save(tmp_path / name, **options)
        return tmp_path / name

    return draw


@pytest.fixture
def pair(square):
    """Two pictures of different sizes with a white box each."""
    return (
        square("a.png", (100, 80), (20, 10, 60, 50)),
        square("b.png", (64, 128), (8, 16, 48, 96)),
    )
