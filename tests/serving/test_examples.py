"""The examples of serving/README.md, run against stand-ins for a server."""

import concurrent.futures
import http.server
import json
import re
import shutil
import subprocess
import threading
from base64 import b64decode, b64encode

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tfcoseg.applications import CoSegMobileNetV2
from tfcoseg.export import signatures_of
from tfcoseg.inference import Predictor
from tfcoseg.messages import decode_predict_request, encode_predict_response

METHOD = "/tensorflow.serving.PredictionService/Predict"


def example(serving, language, word):
    """The block of the README in which a word stands."""
    pattern = rf"^```{language}\n(.*?)^```$"
    blocks = re.findall(pattern, serving.text("README.md"), re.MULTILINE | re.DOTALL)
    (block,) = (block for block in blocks if word in block)
    return block


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    """a.jpg, b.jpg and c.jpg, of three sizes, in the folder where examples run."""
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(0)
    for name, size in (("a", (60, 80)), ("b", (90, 70)), ("c", (64, 64))):
        coarse = Image.fromarray(random.integers(0, 255, (6, 6, 3), np.uint8))
        coarse.resize(size[::-1]).save(f"{name}.jpg")
    return [tmp_path / f"{name}.jpg" for name in "abc"]


class Rest(http.server.BaseHTTPRequestHandler):
    """Keeps what it is asked, and answers with masks that name their picture."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, json.loads(body)))
        masks = {
            f"mask_{x}_bytes": [{"b64": b64encode(b"PNG of " + x.encode()).decode()}]
            for x in "ab"
        }
        answer = {"outputs": {**masks, "score_a": [0.9], "score_b": [0.9]}}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *args):
        pass


@pytest.fixture
def rest():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Rest)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_curl(serving, pictures, rest):
    for program in ("bash", "curl", "base64", "python3"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is missing, which the example uses")
    block = example(serving, "sh", "curl")
    assert block.count("localhost:8501") == 1
    block = block.replace("localhost:8501", f"127.0.0.1:{rest.server_port}")
    done = subprocess.run(["bash", "-ec", block], capture_output=True, timeout=60)
    assert done.returncode == 0 and done.stderr == b"", done.stderr
    ((path, body),) = rest.asked
    assert path == "/v1/models/coseg:predict"
    assert body.pop("signature_name") == "serve_bytes" and set(body) == {"inputs"}
    for name, picture in zip(("image_a", "image_b"), pictures):
        (value,) = body["inputs"][name]
        assert b64decode(value["b64"], validate=True) == picture.read_bytes()
    assert (pictures[0].parent / "mask_a.png").read_bytes() == b"PNG of a"


@pytest.fixture(scope="module")
def model(give_strength):
    """With these features the masks of random weights are far from flat."""
    features = ("block_16_project_BN",)
    return give_strength(CoSegMobileNetV2(weights=None, features=features))


@pytest.fixture
def grpc_server(model):
    """Answers the stages with their real graphs, and serve_bytes with its inputs."""
    reason = "grpcio is missing: pip install '.[test]'"
    grpc = pytest.importorskip("grpc", reason=reason)
    signatures = signatures_of(model)

    def answer(message, context):
        request = decode_predict_request(message)
        assert request.model_name == "coseg"
        if request.signature_name == "serve_bytes":
            images = request.inputs.items()
            return encode_predict_response(
                {f"mask_{k[-1]}_bytes": v for k, v in images}
            )
        signature = signatures[request.signature_name]
        assert set(request.inputs) == set(signature.inputs)
        inputs = {name: tf.constant(array) for name, array in request.inputs.items()}
        for name, spec in signature.inputs.items():
            assert spec.is_compatible_with(inputs[name]), name
        outputs = signature.function(inputs)
        return encode_predict_response({k: v.numpy() for k, v in outputs.items()})

    class Predict(grpc.GenericRpcHandler):
        def service(self, details):
            if details.method == METHOD:
                return grpc.unary_unary_rpc_method_handler(answer)

    pool = concurrent.futures.ThreadPoolExecutor(2)
    server = grpc.server(pool, handlers=[Predict()])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield port
    server.stop(None).wait()
    pool.shutdown()


def test_python(serving, pictures, grpc_server, model):
    request = example(serving, "python", "insecure_channel")
    assert request.count("localhost:8500") == 1
    defined = {}
    exec(request.replace("localhost:8500", f"127.0.0.1:{grpc_server}"), defined)
    assert pictures[0].with_name("mask_a.png").read_bytes() == pictures[0].read_bytes()
    exec(example(serving, "python", "StagesRuntime"), defined)
    defined["channel"].close()
    predictor = Predictor(model)
    expected = predictor.predict_group(pictures)
    assert len(defined["masks"]) == len(pictures)
    for (mask, soft_mask), wanted in zip(defined["group"], expected.soft_masks):
        assert np.ptp(wanted) > 0.4  # a flat mask would agree with a flat mask
        np.testing.assert_allclose(soft_mask, wanted, atol=1e-4)
    for (_, soft_mask), path in zip(defined["first"], pictures[1:], strict=True):
        wanted = predictor.predict(path, pictures[0]).soft_mask_a
        np.testing.assert_allclose(soft_mask, wanted, atol=1e-4)
