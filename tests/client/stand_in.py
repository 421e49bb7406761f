"""A stand-in for TensorFlow Serving, which it is not: it knows the contract only.

It listens on loopback, checks each request against the contract of an exported model,
takes the bright parts of a picture for the object, and can be told to answer otherwise.
In a group, small pictures show something else.
"""

import base64
import io
import json
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
from PIL import Image

from tfcoseg import messages

PATHS = {
    "/v1/models/coseg:predict": (None, None),
    "/v1/models/coseg/versions/1:predict": (1, None),
    "/v1/models/coseg/labels/canary:predict": (None, "canary"),
}


class Refusal(Exception):
    """An error as the server words it: HTTP status, gRPC code, sentence."""


def outputs_for(signature, inputs):
    """The outputs of an exported model, or the refusal, for the inputs of a request."""
    if signature == "serve_group_bytes" and set(inputs) == {"images"}:
        return outputs_for_group(inputs["images"])
    if signature not in ("serve_bytes", "serving_default"):
        sentence = f'Serving signature name: "{signature}" not found in signature def'
        raise Refusal(400, "FAILED_PRECONDITION", sentence)
    if set(inputs) != {"image_a", "image_b"}:
        raise Refusal(400, "INVALID_ARGUMENT", f"inputs are {sorted(inputs)}")
    outputs = {}
    for side in "ab":
        batch = inputs[f"image_{side}"]
        if len(batch) != 1:
            raise Refusal(400, "INVALID_ARGUMENT", f"{len(batch)} rows")
        name, mask = outputs_of(signature, batch[0], side)
        outputs |= {name: mask, f"score_{side}": np.array([0.75], np.float32)}
    return outputs


def outputs_for_group(rows):
    """The outputs for the pictures of a group; the mask of a small one is empty."""
    masks, scores = [], []
    for row in rows:
        pixels = decode(row)
        found = pixels.size >= 3000
        masks.append(as_png(pixels * np.uint8(found)))
        scores.append(0.75 if found else 0.25)
    return {
        "masks_bytes": np.array([*masks, None], object)[:-1],
        "scores": np.array(scores, np.float32),
    }


def as_png(pixels):
    """The brightness of pixels as an 8-bit grey PNG."""
    mask = np.rint(255 * brightness(pixels)).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(mask).save(file, "PNG")
    return file.getvalue()


def outputs_of(signature, row, side):
    """Name and batch of one for the mask of one picture."""
    if signature == "serve_bytes":
        content = as_png(decode(row))
        return f"mask_{side}_bytes", np.array([content, None], object)[:1]
    pixels = np.asarray(row)
    if pixels.dtype.kind not in "iu" or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise Refusal(400, "INVALID_ARGUMENT", f"{pixels.dtype} {pixels.shape}")
    return f"mask_{side}", brightness(pixels)[None, ..., None]


def decode(content):
    """Pixels as TensorFlow decodes them: no TIFF or WebP, and no EXIF orientation."""
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "BMP"]) as image:
            return np.asarray(image.convert("RGB"))
    except OSError as error:
        raise Refusal(400, "INVALID_ARGUMENT", f"image: {error}") from error


def brightness(pixels):
    return pixels.mean(axis=-1, dtype=np.float32) / np.float32(255)


@dataclass
class Told:
    """What a stand-in is told to do instead of answering, or before it.

    Attributes:
        status, body, headers: of an answer by REST; 0 for what the contract says.
        code: of an answer by gRPC; the body is its sentence.
        delay: seconds before the answer.
        hang_up: whether the connection is closed instead; `"half"`: within the answer.
    """

    status: int = 0
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    code: str = ""
    delay: float = 0.0
    hang_up: bool | str = False


class RestStandIn(ThreadingHTTPServer):
    """Answers by REST in a thread of its own.

    Args:
        certificate: paths of a certificate and its key, to be asked by https only.

    Attributes:
        script: what it is told, request by request; then it follows the contract.
        seen: the requests: path, headers, body.
        connections: how many there have been.
    """

    daemon_threads = True

    def __init__(self, certificate=None):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script, self.seen, self.connections = [], [], 0
        self.url = f"http://127.0.0.1:{self.server_port}"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)
            self.url = f"https://127.0.0.1:{self.server_port}"
        self.thread = threading.Thread(target=self.serve_forever, args=(0.02,))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.shutdown()
        self.server_close()
        self.thread.join(5)

    def get_request(self):
        self.connections += 1
        return super().get_request()

    def handle_error(self, request, client_address):
        pass  # clients hang up when they have waited long enough


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_POST(self):
        told = self.server.script.pop(0) if self.server.script else Told()
        if told.headers.get("Connection") == "early":
            return self._refuse_unread(told)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, dict(self.headers), body))
        time.sleep(told.delay)
        self.close_connection = told.hang_up
        if told.hang_up is True:
            return
        status, answer = told.status, told.body
        if not status:
            status, answer = self._answer(body)
        length = len(answer) + (1000 if told.hang_up == "half" else 0)
        self.send_response(status)
        for name, value in {"Content-Length": length, **told.headers}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(answer)

    def _refuse_unread(self, told):
        """Answers without reading the body, as servers do that find it too large."""
        self.send_response(told.status)
        self.send_header("Content-Length", str(len(told.body)))
        self.end_headers()
        self.wfile.write(told.body)
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_WR)
        while self.rfile.read1(2**16):
            pass
        self.close_connection = True

    def _answer(self, body):
        try:
            if self.path not in PATHS:
                raise Refusal(404, "NOT_FOUND", f"Servable not found: {self.path}")
            if self.headers["Content-Type"] != "application/json":
                raise Refusal(415, "", "not JSON")
            request = json.loads(body)
            if set(request) != {"signature_name", "inputs"}:
                raise Refusal(400, "", f"keys are {sorted(request)}")
            inputs = {
                name: [_from_base64(row) for row in rows]
                for name, rows in request["inputs"].items()
            }
            outputs = outputs_for(request["signature_name"], inputs)
        except Refusal as refusal:
            return refusal.args[0], json.dumps({"error": refusal.args[2]}).encode()
        columns = {name: _to_base64(rows.tolist()) for name, rows in outputs.items()}
        return 200, json.dumps({"outputs": columns}).encode()

    def log_message(self, *args):
        pass


def _from_base64(row):
    return base64.b64decode(row["b64"], validate=True) if isinstance(row, dict) else row


def _to_base64(rows):
    if isinstance(rows[0], bytes):
        return [{"b64": base64.b64encode(row).decode()} for row in rows]
    return rows


class GrpcStandIn:
    """Answers by gRPC; attributes as those of `RestStandIn`, `seen` has messages."""

    def __init__(self, certificate=None):
        from concurrent.futures import ThreadPoolExecutor

        import grpc

        handler = grpc.unary_unary_rpc_method_handler(self._predict)
        service = grpc.method_handlers_generic_handler(
            "tensorflow.serving.PredictionService", {"Predict": handler}
        )
        unlimited = [("grpc.max_receive_message_length", -1)]
        self.script, self.seen = [], []
        self.server = grpc.server(ThreadPoolExecutor(8), [service], options=unlimited)
        if certificate:
            chain, key = (Path(path).read_bytes() for path in certificate)
            credentials = grpc.ssl_server_credentials([(key, chain)])
            self.port = self.server.add_secure_port("127.0.0.1:0", credentials)
        else:
            self.port = self.server.add_insecure_port("127.0.0.1:0")
        self.url = f"{'grpcs' if certificate else 'grpc'}://127.0.0.1:{self.port}"

    def __enter__(self):
        self.server.start()
        return self

    def __exit__(self, *error):
        self.server.stop(None).wait(5)

    def _predict(self, message, context):
        import grpc

        told = self.script.pop(0) if self.script else Told()
        self.seen.append(message)
        time.sleep(told.delay)
        if told.code:
            context.abort(grpc.StatusCode[told.code], told.body.decode())
        if told.body:
            return told.body
        request = messages.decode_predict_request(message)
        which = (request.model_name, request.version, request.label)
        try:
            if which not in [("coseg", *choice) for choice in PATHS.values()]:
                raise Refusal(404, "NOT_FOUND", f"Servable not found: {which}")
            outputs = outputs_for(request.signature_name, request.inputs)
        except Refusal as refusal:
            context.abort(grpc.StatusCode[refusal.args[1]], refusal.args[2])
        return messages.encode_predict_response(outputs)
