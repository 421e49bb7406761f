"""Servers that stand in for TensorFlow Serving, and pictures for them."""

import importlib.util
import shutil
import subprocess
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


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """Paths of a certificate that nobody vouches for, and of its key."""
    if not shutil.which("openssl"):
        pytest.skip("certificates are made with the program openssl")
    folder = tmp_path_factory.mktemp("certificate")
    paths = (folder / "certificate.pem", folder / "key.pem")
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
    )
    command += " -days 2 -subj /CN=stand-in -addext subjectAltName=IP:127.0.0.1"
    options = ["-out", str(paths[0]), "-keyout", str(paths[1])]
    subprocess.run(command.split() + options, check=True, capture_output=True)
    return paths


@pytest.fixture
def secure_rest(certificate):
    with stand_in.RestStandIn(certificate) as server:
        yield server


@pytest.fixture
def secure_grpc(certificate):
    pytest.importorskip("grpc", reason="gRPC is an extra: pip install 'tfcoseg[grpc]'")
    with stand_in.GrpcStandIn(certificate) as server:
        yield server
