"""TensorFlow Serving's gRPC, without its Python package."""

import numpy as np

from tfcoseg.client import errors
from tfcoseg.client.address import Address, Target
from tfcoseg.messages import decode_predict_response, encode_predict_request

_METHOD = "/tensorflow.serving.PredictionService/Predict"
# gRPC's own limit, 4 MB, is less than the masks of two photographs. It would wait ever
# longer by itself, and take proxies from the environment, unlike REST.
_OPTIONS = {
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
    "grpc.enable_retries": 0,
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 1000,
    "grpc.enable_http_proxy": 0,
}
# The HTTP statuses that gRPC's codes are like.
_LIKE_HTTP = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "RESOURCE_EXHAUSTED": 413,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
}
# What TensorFlow Serving says, by the code for what is too large, where all of its
# threads (--grpc_max_threads) are at work.
_BUSY = "Threadpool Exhausted"
# What gRPC's details say where asking again would not help: no such host, or TLS that
# does not come about.
_NO_WAY = ("resolving", "resolution", "handshake")
_NO_GRPC = "Failed parsing HTTP/2"
_NO_TLS = "WRONG_VERSION_NUMBER"


class GrpcTransport:
    """Asks a server by gRPC; may be used from several threads at once.

    Args:
        address: where the server is.
        target: which of its models is asked.
    """

    def __init__(self, address: Address, target: Target):
        self.address = address
        self.target = target
        self._channel = _open(address)
        self._ask = self._channel.unary_unary(_METHOD)

    def predict(
        self,
        inputs: dict[str, np.ndarray],
        timeout: float,
        signature: str | None = None,
    ) -> dict[str, np.ndarray]:
        """Asks once, the target's signature or another; returns the outputs by name.

        Raises:
            RequestError: if there is no answer within `timeout` seconds, or none such.
        """
        import grpc

        target = self.target
        signature = signature or target.signature
        request = encode_predict_request(
            target.model, signature, inputs, target.version, target.label
        )
        try:
            answer = self._ask(request, timeout=timeout)
        except grpc.RpcError as error:
            raise _explain(str(self.address), error) from error
        try:
            return decode_predict_response(answer)
        except ValueError as error:
            raise errors.bad_answer("a PredictResponse", error) from error

    def close(self) -> None:
        """Closes the connection."""
        self._channel.close()


def _open(address):
    try:
        import grpc
    except ImportError as error:
        raise ImportError(
            "Asking a server by gRPC needs the package grpcio. "
            "Install it with: pip install 'tfcoseg[grpc]'"
        ) from error
    options = list(_OPTIONS.items())
    if address.secure:
        credentials = grpc.ssl_channel_credentials()
        return grpc.secure_channel(str(address), credentials, options)
    return grpc.insecure_channel(str(address), options)


def _explain(place, error):
    """The error of this package for one of gRPC's."""
    name, details = error.code().name, error.details() or ""
    if name == "DEADLINE_EXCEEDED":
        return errors.timed_out(place)
    if name == "UNAVAILABLE" and "Connection refused" in details:
        return errors.refused(place)
    if name == "UNAVAILABLE" and _NO_GRPC in details:
        hint = "TensorFlow Serving's port for it is 8500; `tfcoseg serve` has none"
        return errors.speaks_no("gRPC", place, hint)
    if name == "UNAVAILABLE" and _NO_TLS in details:
        return errors.speaks_no("TLS", place, f"is it grpc://{place} ?")
    if name == "UNAVAILABLE" and any(word in details for word in _NO_WAY):
        return errors.unreachable(place, details)
    status = 503 if _BUSY in details else _LIKE_HTTP.get(name, 500)
    return errors.refusal(place, status, name, details)
