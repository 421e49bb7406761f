"""The masks of two pictures, from a model that runs on a server."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tfcoseg import signature as names
from tfcoseg.client.address import Target, chosen_model, parse_url
from tfcoseg.client.answers import CONTRACTS, read_answer, read_group
from tfcoseg.client.errors import RequestError
from tfcoseg.client.grpc import GrpcTransport
from tfcoseg.client.pictures import SentPicture, as_file, damage
from tfcoseg.client.rest import RestTransport
from tfcoseg.client.retry import check_patience, with_retries
from tfcoseg.inference.limits import (
    check_group,
    check_group_size,
    check_threshold,
    check_working_size,
)
from tfcoseg.inference.results import GroupResult, PairResult


@dataclass(frozen=True, eq=False)
class Question:
    """Two pictures, ready to be sent any number of times."""

    image_a: SentPicture
    image_b: SentPicture


class Client:
    """Asks TensorFlow Serving, or `tfcoseg serve`, what two pictures have in common.

    Imports no TensorFlow. It may be used from several threads at once; `close` it at
    the end, or use it in a `with` block.

    Args:
        url: where the server is: `http://localhost:8501`, `https://`, or for gRPC
            `grpc://localhost:8500` or `grpcs://`. An address may name the model, too,
            as `tfcoseg serve` prints it: `http://localhost:8501/v1/models/coseg`.
        model: the model's name on the server; None for the one in `url`, or `"coseg"`.
        signature: `"serve_bytes"` sends picture files and gets masks at the pictures'
            own size. `"serving_default"` sends pixels, resized here as `Predictor`
            does: for models that were exported without the other.
        grpc: whether an `http` address is that of a gRPC port.
        version, label: which version, by number or label; None for the newest.
        timeout: seconds for an answer, all attempts together, but without what the
            system takes to find the number of a name.
        retries: attempts after the first, where the server is not there yet. One that
            is busy is asked until the time is up, unless this is 0.
        threshold: the probability, 0..1, from which a pixel belongs to the mask.
        working_size: side in pixels of the square that `"serving_default"` is sent.

    Example:

    >>> from tfcoseg.serve import DevelopmentServer
    >>> with DevelopmentServer("models/coseg") as server, Client(server.url) as client:
    ...     result = client.predict("a.jpg", "b.jpg")
    >>> result.mask_a.shape, result.mask_b.shape
    ((360, 480), (384, 512))
    """

    def __init__(
        self,
        url: str,
        model: str | None = None,
        signature: str = names.SERVE_BYTES,
        *,
        grpc: bool = False,
        version: int | None = None,
        label: str | None = None,
        timeout: float = 60.0,
        retries: int = 4,
        threshold: float = 0.5,
        working_size: int = names.WORKING_SIZE,
    ):
        if signature not in CONTRACTS:
            raise ValueError(
                "`signature` must be one that answers with the masks of a pair, "
                f"{' or '.join(map(repr, CONTRACTS))}. Received: {signature!r}"
            )
        check_threshold(threshold)
        check_working_size(working_size)
        check_patience(timeout, retries)
        self.timeout = timeout
        self.retries = retries
        self.threshold = threshold
        self.working_size = working_size
        self._contract = CONTRACTS[signature]
        address = parse_url(url, grpc)
        target = Target(chosen_model(address, model), signature, version, label)
        transport = GrpcTransport if address.grpc else RestTransport
        self._transport = transport(address, target)

    def predict(self, image_a: Any, image_b: Any) -> PairResult:
        """The masks of the object that two pictures have in common.

        Args:
            image_a, image_b: paths, Pillow images or arrays, as `Predictor` takes them.

        Returns:
            As `Predictor.predict`, but where nothing was found the soft masks are zeros
            too: that is how a server says so.

        Raises:
            RequestError: if the server gives no answer, or one that does not fit.
        """
        return self.ask(self.prepare(image_a, image_b))

    def prepare(self, image_a: Any, image_b: Any) -> Question:
        """Checks and turns two pictures, once for any number of `ask`."""
        return Question(
            self._prepare_named("image_a", image_a),
            self._prepare_named("image_b", image_b),
        )

    def ask(self, question: Question) -> PairResult:
        """The masks for two pictures that `prepare` has prepared."""
        pictures = (question.image_a, question.image_b)
        content = [self._contract.pack(picture.content) for picture in pictures]
        inputs = dict(zip((names.IMAGE_A, names.IMAGE_B), content))
        outputs = self._ask(inputs, pictures)
        soft_masks, score = read_answer(self._contract, outputs, pictures)
        found = any(soft_mask.any() for soft_mask in soft_masks)
        masks = [self._mask(soft_mask, found) for soft_mask in soft_masks]
        return PairResult(*masks, *soft_masks, score, found)

    def predict_group(self, images: Iterable[Any]) -> GroupResult:
        """The masks of the object that two or more pictures have in common.

        All are sent in one request, as files, to the signature "serve_group_bytes",
        whatever signature pairs are sent to; a server takes 32.

        Args:
            images: paths, Pillow images or arrays.

        Returns:
            As `Predictor.predict_group`, but the soft mask of a picture that shows
            something else is zeros too.

        Raises:
            RequestError: if the server gives no answer, or one that does not fit.
        """
        return self.ask_group(self.prepare_group(images))

    def prepare_group(self, images: Iterable[Any]) -> list[SentPicture]:
        """Checks and turns the pictures of a group, for any number of `ask_group`."""
        check_group(images)
        pictures = [
            _named(f"images[{index}]", as_file, image)
            for index, image in enumerate(images)
        ]
        check_group_size(len(pictures))
        return pictures

    def ask_group(self, pictures: Sequence[SentPicture]) -> GroupResult:
        """The masks for pictures that `prepare_group` has prepared."""
        contents = np.array([*(p.content for p in pictures), None], object)[:-1]
        inputs = {names.IMAGES: contents}
        outputs = self._ask(inputs, pictures, names.SERVE_GROUP_BYTES)
        soft_masks, scores = read_group(outputs, pictures)
        found = [bool(soft_mask.any()) for soft_mask in soft_masks]
        masks = list(map(self._mask, soft_masks, found))
        return GroupResult(masks, soft_masks, scores, found)

    def close(self) -> None:
        """Closes the connections to the server."""
        self._transport.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()

    def _prepare_named(self, name, image):
        return _named(name, self._contract.prepare, image, self.working_size)

    def _ask(self, inputs, pictures, signature=None):
        try:
            return with_retries(
                lambda left: self._transport.predict(inputs, left, signature),
                self.retries,
                self.timeout,
            )
        except RequestError as error:
            raise _with_damage(error, pictures) from error

    def _mask(self, soft_mask, found):
        return np.uint8(255) * (found & (soft_mask >= self.threshold))


def _named(name, prepare, *arguments):
    """Prepares; an error says which of the pictures it is about."""
    try:
        return prepare(*arguments)
    except (TypeError, ValueError) as error:
        raise type(error)(f"`{name}`: {error}") from error


def _with_damage(error, pictures):
    """The refusal of a server, which may not say which of the pictures it is about."""
    if error.kind not in ("HTTP 400", "INVALID_ARGUMENT"):
        return error
    found = [text for text in map(damage, pictures) if text]
    return RequestError("; ".join([str(error), *found]), error.kind)
