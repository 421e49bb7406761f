"""A small SavedModel with the names of an export, a server of it, and a client."""

import base64
import http.client
import io
import json
import struct
import zlib
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image

from tfcoseg.serve import DevelopmentServer

# What the small model takes for a picture of too many pixels.
MAX_PIXELS = 10_000


def _small_model():
    """The signatures of an export. A mask is its picture times the other's mean."""
    import tensorflow as tf

    pixels = [
        tf.TensorSpec((None, None, None, 3), tf.uint8, name=f"image_{side}")
        for side in "ab"
    ]
    strings = [tf.TensorSpec((None,), tf.string, name=f"image_{x}") for x in "ab"]

    def masks(image_a, image_b):
        a, b = (tf.reduce_mean(tf.cast(x, tf.float32), -1) for x in (image_a, image_b))
        a, b = a[..., None] / 255, b[..., None] / 255
        mean_a, mean_b = (tf.reduce_mean(x, (1, 2, 3), keepdims=True) for x in (a, b))
        return a * mean_b, b * mean_a

    def mean(mask):
        return tf.reduce_mean(mask, (1, 2, 3))

    def decode(content):
        shape = tf.cast(
            tf.io.decode_raw(tf.strings.substr(content, 16, 8), tf.uint8), tf.int64
        )
        width, height = (
            tf.reduce_sum(shape[s] * [2**24, 2**16, 2**8, 1])
            for s in (slice(4), slice(4, 8))
        )
        is_png = tf.strings.substr(content, 1, 3) == "PNG"
        small = tf.logical_or(~is_png, width * height <= MAX_PIXELS)
        with tf.control_dependencies([tf.Assert(small, ["A picture is too large"])]):
            image = tf.io.decode_image(content, 3, expand_animations=False)
        return tf.ensure_shape(image, (None, None, 3))

    class Small(tf.Module):
        @tf.function(input_signature=pixels)
        def serving_default(self, image_a, image_b):
            mask_a, mask_b = masks(image_a, image_b)
            return {
                "mask_a": mask_a,
                "mask_b": mask_b,
                "score_a": mean(mask_a),
                "score_b": mean(mask_b),
            }

        @tf.function(input_signature=strings)
        def serve_bytes(self, image_a, image_b):
            def row(contents):
                mask_a, mask_b = masks(*(decode(c)[None] for c in contents))
                grey = [
                    tf.cast(tf.round(255 * m[0]), tf.uint8) for m in (mask_a, mask_b)
                ]
                pngs = [tf.io.encode_png(g) for g in grey]
                return (*pngs, mean(mask_a)[0], mean(mask_b)[0])

            spec = [tf.TensorSpec((), t) for t in [tf.string] * 2 + [tf.float32] * 2]
            rows = tf.map_fn(row, (image_a, image_b), fn_output_signature=tuple(spec))
            return dict(
                zip(["mask_a_bytes", "mask_b_bytes", "score_a", "score_b"], rows)
            )

        @tf.function(input_signature=[tf.TensorSpec((None, 2), tf.float32, name="x")])
        def logarithm(self, x):
            return {"y": tf.math.log(x)}

        @tf.function(input_signature=[tf.TensorSpec((None,), tf.string, name="name")])
        def greet(self, name):
            return {"greeting": tf.strings.join(["hello ", name])}

    return Small()


@pytest.fixture(scope="session")
def write_version():
    """Writes the small model as a version of a folder."""
    import tensorflow as tf

    model = _small_model()
    names = ["serving_default", "serve_bytes", "logarithm", "greet"]

    def write(folder, version=1):
        signatures = {name: getattr(model, name) for name in names}
        tf.saved_model.save(model, str(folder / str(version)), signatures=signatures)

    return write


@pytest.fixture(scope="session")
def export(write_version, tmp_path_factory):
    """A folder with version 1 of the small model."""
    folder = tmp_path_factory.mktemp("export")
    write_version(folder)
    return folder


@pytest.fixture(scope="module")
def server(export):
    """A server of it, with the defaults."""
    with DevelopmentServer(export, labels=["stable"]) as server:
        yield server


class Client:
    """Asks a server, on a connection of its own each time."""

    def __init__(self, server):
        self.parts = urlsplit(server.url)

    def connect(self):
        return http.client.HTTPConnection(self.parts.hostname, self.parts.port, 30)

    def ask(self, method, path, body=None, headers=()):
        """Returns the status, the JSON of the answer and its headers."""
        connection = self.connect()
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            return answer.status, strictly_parsed(answer.read()), answer.headers
        finally:
            connection.close()

    def predict(self, **content):
        """Returns the status and the JSON of the answer."""
        return self.post(json.dumps(content).encode())

    def post(self, body, path=":predict"):
        status, content, _ = self.ask("POST", self.parts.path + path, body)
        return status, content

    def get(self, path=""):
        status, content, _ = self.ask("GET", self.parts.path + path)
        return status, content


def strictly_parsed(body):
    def refuse(name):
        raise AssertionError(f"{name} is no JSON")

    return json.loads(body, parse_constant=refuse)


@pytest.fixture
def client(server):
    return Client(server)


@pytest.fixture(scope="session")
def client_of():
    """Makes a client of a server."""
    return Client


@pytest.fixture(scope="session")
def picture():
    """Draws the same noise each time, as an array (height, width, 3)."""

    def draw(height, width, seed=0):
        random = np.random.default_rng(seed)
        return random.integers(0, 256, (height, width, 3), np.uint8)

    return draw


@pytest.fixture(scope="session")
def encoded(picture):
    """The same, as a file in base 64 in JSON."""

    def encode(height, width, seed=0, kind="PNG"):
        file = io.BytesIO()
        Image.fromarray(picture(height, width, seed)).save(file, kind)
        return as_base64(file.getvalue())

    return encode


@pytest.fixture(scope="session")
def png_of_zeros():
    """Writes a grey PNG that is never held in memory undeflated."""

    def write(side):
        deflate, row = zlib.compressobj(9), bytes(side + 1)
        rows = b"".join(deflate.compress(row) for _ in range(side)) + deflate.flush()
        header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
        chunks = {b"IHDR": header, b"IDAT": rows, b"IEND": b""}
        return b"\x89PNG\r\n\x1a\n" + b"".join(map(png_chunk, chunks, chunks.values()))

    return write


def png_chunk(name, content):
    check = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + check


def as_base64(content):
    return {"b64": base64.b64encode(content).decode()}
