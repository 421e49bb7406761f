"""Pictures in, masks out, whatever their kind and size."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from tfcoseg.inference.results import Encoded, Explanation, GroupResult, PairResult
from tfcoseg.inference.runtimes import load_runtime
from tfcoseg.pictures import read_image, resize_image, resize_soft_mask
from tfcoseg.signature import WORKING_SIZE

# The least side at which the network runs, and the greatest that a mistake may ask for:
# memory and time grow with its square.
MIN_WORKING_SIZE, MAX_WORKING_SIZE = 32, 2048


class Predictor:
    """Finds the object that pictures have in common.

    Pictures may be paths, Pillow images or arrays, of different sizes (see
    `tfcoseg.pictures.read_image`), or what `encode` returned. They are squeezed to a
    square of the working size for the network; masks come back at each picture's own
    size. A predictor keeps nothing from one call to the next.

    Args:
        model: a model of `tfcoseg.applications`; `"coseg"`, the trained weights that
            come with the package; or the path of a `.keras`, `.weights.h5` or
            `.tflite` file or of an exported SavedModel.
        working_size: side of that square in pixels, 32 to 2048. Larger is slower and,
            up to a point, finer.
        threshold: the probability, 0..1, from which a pixel belongs to the mask.
        runtime: what runs the model: `"keras"`, `"saved_model"`, `"litert"`, which
            needs no TensorFlow, or `"auto"`, whichever the model is for.
        threads: how many threads LiteRT computes with; None for one per core, up to 4.

    Example:

    >>> predictor = Predictor()
    >>> result = predictor.predict("a.jpg", "b.jpg")
    >>> result.mask_a.shape, result.score_a
    ((480, 640), 0.97)
    """

    def __init__(
        self,
        model: Any = "coseg",
        working_size: int = WORKING_SIZE,
        threshold: float = 0.5,
        runtime: str = "auto",
        threads: int | None = None,
    ):
        check_working_size(working_size)
        check_threshold(threshold)
        self.working_size = int(working_size)
        self.threshold = float(threshold)
        self.runtime = load_runtime(model, runtime, threads)

    def predict(self, image_a: Any, image_b: Any) -> PairResult:
        """The masks of the object that two pictures have in common."""
        group = self._predict_encoded(
            [
                self._encode_named("image_a", image_a),
                self._encode_named("image_b", image_b),
            ]
        )
        return PairResult(*group.masks, *group.soft_masks, *group.scores)

    def predict_group(self, images: Iterable[Any]) -> GroupResult:
        """The masks of the object that two or more pictures have in common.

        Each picture is compared with the mean of all others, so n pictures cost n times
        as much as one, and their order does not matter. Two are the same as a pair.

        Args:
            images: a list of pictures, or an array of them (n, height, width, 3).
        """
        _check_group(images)
        encoded = [
            self._encode_named(f"images[{index}]", image)
            for index, image in enumerate(images)
        ]
        if len(encoded) < 2:
            raise ValueError(
                "`images` must hold at least two pictures, since a common object is "
                f"looked for. Received: {len(encoded)}"
            )
        return self._predict_encoded(encoded)

    def explain(self, image_a: Any, image_b: Any) -> Explanation:
        """Where the two pictures resemble each other, for each level of the pyramid."""
        encoded_a = self._encode_named("image_a", image_a)
        encoded_b = self._encode_named("image_b", image_b)
        return Explanation(
            self._levels(encoded_a, encoded_b), self._levels(encoded_b, encoded_a)
        )

    def encode(self, image: Any) -> Encoded:
        """Runs the encoder, once and for all partners that `image` may meet."""
        if isinstance(image, Encoded):
            return image
        picture = read_image(image)
        square = (self.working_size, self.working_size)
        tensors = self.runtime.encode(resize_image(picture, square))
        return Encoded(tensors, picture.shape[:2])

    def decode(
        self, encoded: Encoded, kernel: Any, correlation: str = "on"
    ) -> tuple[np.ndarray, float]:
        """The soft mask of one picture, given what its partner looks like.

        Args:
            encoded: the picture, from `encode`.
            kernel: the partner's `tensors["kernel"]`, or the mean of several; ignored
                with `correlation="off"`.
            correlation: `"off"` is a control: the picture's own embedding stands in for
                the correlation, so the partner has no say.

        Returns:
            Soft mask, float32 in 0..1 of the picture's own (height, width), and score.
        """
        if correlation not in ("on", "off"):
            raise ValueError(
                f"`correlation` must be 'on' or 'off'. Received: {correlation!r}"
            )
        correlated = self.runtime.correlate(
            encoded.tensors, kernel if correlation == "on" else None
        )
        square = (self.working_size, self.working_size)
        soft_mask, score = self.runtime.decode(correlated, encoded.tensors, square)
        return resize_soft_mask(soft_mask, encoded.size), score

    def _encode_named(self, name, image):
        """Encodes; an error says which of the pictures it is about."""
        try:
            return self.encode(image)
        except (TypeError, ValueError) as error:
            raise type(error)(f"`{name}`: {error}") from error

    def _predict_encoded(self, encoded):
        kernels = self.runtime.mean_kernels([e.tensors["kernel"] for e in encoded])
        answers = [self.decode(e, kernel) for e, kernel in zip(encoded, kernels)]
        soft_masks = [soft_mask for soft_mask, _ in answers]
        masks = [np.uint8(255) * (soft >= self.threshold) for soft in soft_masks]
        return GroupResult(masks, soft_masks, [score for _, score in answers])

    def _levels(self, encoded, partner):
        levels = self.runtime.levels(encoded.tensors, partner.tensors)
        return {
            size: resize_soft_mask(level, encoded.size)
            for size, level in levels.items()
        }


def _check_group(images):
    """Raises the error for what is no list: its letters or rows are no pictures."""
    single = isinstance(images, (str, bytes)) or getattr(images, "ndim", 4) != 4
    if single or not isinstance(images, Iterable):
        shape = f" of shape {images.shape}" if hasattr(images, "shape") else ""
        raise TypeError(
            "`images` must be a list of pictures, or an array (number, height, width, "
            f"3) of them. Received: {type(images).__name__}{shape}"
        )


def check_working_size(working_size: int) -> None:
    """Raises the error for a working size at which the network does not run."""
    whole = isinstance(working_size, (int, np.integer))
    if not whole or not MIN_WORKING_SIZE <= working_size <= MAX_WORKING_SIZE:
        raise ValueError(
            f"The working size must be a whole number, at least {MIN_WORKING_SIZE} and "
            f"at most {MAX_WORKING_SIZE} "
            f"(pixels). Received: {working_size!r}"
        )


def check_threshold(threshold: float) -> None:
    """Raises the error for a threshold that is no probability."""
    number = isinstance(threshold, (int, float, np.number))
    if not number or not 0 <= threshold <= 1:
        raise ValueError(
            f"The threshold must be a number from 0 to 1. Received: {threshold!r}"
        )
