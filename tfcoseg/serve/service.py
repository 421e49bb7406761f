"""What the server answers, whatever protocol carries it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tfcoseg.serve.answers import answer_of, check_answer_numbers, to_body
from tfcoseg.serve.limits import Limits
from tfcoseg.serve.model_versions import ModelVersions
from tfcoseg.serve.picture_limits import check_announced_pixels, check_json_pixels
from tfcoseg.serve.request_error import no_room
from tfcoseg.serve.requests import arrays_of, parse_body, signature_of
from tfcoseg.serve.routes import Route
from tfcoseg.serve.run_queue import RunQueue
from tfcoseg.serve.served_model import ServedModel


@dataclass(frozen=True)
class Service:
    """A model under a name. Its methods raise RequestError for what they refuse.

    Attributes:
        name: what the model is called in addresses.
        versions: the versions of the model.
        queue: who may run and who waits.
        limits: what is taken on at most.
        report: is called with a line for the log.
    """

    name: str
    versions: ModelVersions
    queue: RunQueue
    limits: Limits
    report: Callable[[str], Any]

    def status(self, route: Route) -> dict[str, Any]:
        """The states of the versions."""
        return self.versions.statuses(route)

    def metadata(self, route: Route) -> dict[str, Any]:
        """The signatures of a version."""
        version, model = self.versions.find(route)
        spec = {"name": self.name, "signature_name": "", "version": str(version)}
        signatures = {"signature_def": {"signature_def": model.metadata}}
        return {"model_spec": spec, "metadata": signatures}

    def predict(self, route: Route, read_body: Callable[[], bytes]) -> bytes:
        """Runs a version on a request's body, which is read when there is room for it.

        The answer is written in the request's turn, since that takes memory as well.

        Args:
            route: which version.
            read_body: returns the body; called at most once.
        """
        _, model = self.versions.find(route)
        with self.queue.place():
            try:
                body = read_body()
                return self.queue.run(
                    lambda: predict(model, body, self.limits), self.limits.run_seconds
                )
            except MemoryError as error:
                raise no_room() from error


def predict(model: ServedModel, body: bytes, limits: Limits) -> bytes:
    """Runs a model on what a body holds; returns the body of the answer."""
    check_json_pixels(body, limits)
    request = parse_body(body)
    signature = signature_of(request)
    arrays, rows = arrays_of(request, model.inputs_of(signature))
    check_announced_pixels(arrays, limits)
    outputs = model.run(signature, arrays)
    check_answer_numbers(outputs, limits)
    return to_body(answer_of(outputs, rows))
