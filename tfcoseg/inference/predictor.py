"""Pictures in, masks out, whatever their kind and size."""

import functools
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from tfcoseg.embedded import embedded_weights_path
from tfcoseg.inference.forks import before_computing
from tfcoseg.inference.group import ROUNDS, find_by_anchor, find_in_group
from tfcoseg.inference.limits import (
    check_group,
    check_group_size,
    check_threshold,
    check_working_size,
)
from tfcoseg.inference.references import read_reference
from tfcoseg.inference.results import (
    Encoded,
    Explanation,
    Find,
    GroupResult,
    PairResult,
)
from tfcoseg.inference.runtimes import load_runtime
from tfcoseg.pictures import read_image, resize_image, resize_soft_mask
from tfcoseg.signature import WORKING_SIZE


class Predictor:
    """Finds the object that pictures have in common.

    Pictures may be paths, Pillow images or arrays, of different sizes (see
    `tfcoseg.pictures.read_image`), or what `encode` returned. They are squeezed to a
    square of the working size for the network; masks come back at each picture's own
    size. A predictor keeps nothing from one call to the next. Threads may share one;
    other processes need one of their own, and are to be spawned, not forked: what is
    pickled are the arguments.

    Args:
        model: a model of `tfcoseg.applications`; `"coseg"`, the trained weights that
            come with the package; or the path of a `.keras`, `.weights.h5` or
            `.tflite` file or of an exported SavedModel.
        working_size: side of that square in pixels, 32 to 2048. Larger is slower and,
            up to a point, finer.
        threshold: the probability, 0..1, from which a pixel belongs to the mask.
        min_score: the probability that pictures share a kind of object, 0..1, below
            which their masks are empty; None for what the weights were calibrated for.
        engine: what computes: `"litert"`, which starts at once and needs no TensorFlow;
            `"tensorflow"`; or `"auto"`, LiteRT for `.tflite` files and, where there is
            no GPU, for `"coseg"`, and TensorFlow for all else.
        threads: how many threads compute; None for one per core, with LiteRT up to 4.
            TensorFlow settles that once for a process, before it computes anything.

    Example:

    >>> predictor = Predictor(min_score=0.5)
    >>> result = predictor.predict("a.jpg", "b.jpg")
    >>> result.mask_a.shape, result.mask_b.shape
    ((360, 480), (384, 512))
    >>> group = predictor.predict_group(["a.jpg", "b.jpg", "c.jpg"])
    >>> group.found
    [True, True, False]
    """

    def __init__(
        self,
        model: Any = "coseg",
        working_size: int = WORKING_SIZE,
        threshold: float = 0.5,
        min_score: float | None = None,
        engine: str = "auto",
        threads: int | None = None,
    ):
        check_working_size(working_size)
        check_threshold(threshold)
        if min_score is not None:
            check_threshold(min_score, "min_score")
        self.working_size = int(working_size)
        self.threshold = float(threshold)
        self.runtime = load_runtime(model, engine, threads)
        self.min_score = min_score
        self._source = (model, engine, threads)

    def __reduce__(self):
        """Copies and other processes load the model again, from where this one did."""
        model, engine, threads = self._source
        settings = (self.working_size, self.threshold, self.min_score)
        return type(self), (model, *settings, engine, threads)

    def predict(
        self,
        image_a: Any,
        image_b: Any,
        mask_a: Any = None,
        mask_b: Any = None,
    ) -> PairResult:
        """The masks of the object that two pictures have in common.

        Args:
            image_a, image_b: the pictures.
            mask_a, mask_b: where it is known, the object in a picture: a path, a Pillow
                image or an array (height, width) of the picture's size, in which
                anything but 0 is the object. The other picture is then searched for
                that object only. A mask of the whole picture counts as absent. Defaults
                to None.
        """
        encoded = [
            self._encode_named("image_a", image_a),
            self._encode_named("image_b", image_b),
        ]
        references = [
            None if mask is None else read_reference(name, mask, one.size)
            for name, mask, one in zip(("mask_a", "mask_b"), (mask_a, mask_b), encoded)
        ]
        group = self._finish_all(self.find(encoded, references=references))
        return PairResult(
            *group.masks, *group.soft_masks, group.scores[0], all(group.found)
        )

    def predict_group(self, images: Iterable[Any]) -> GroupResult:
        """The masks of the object that two or more pictures have in common.

        Each picture is compared with all others at once, so n pictures cost n times as
        much as one, and their order does not matter. Two are the same as a pair. A
        picture that shows something else than the others gets an empty mask.

        Args:
            images: a list of pictures, or an array of them (n, height, width, 3).
        """
        check_group(images)
        encoded = [
            self._encode_named(f"images[{index}]", image)
            for index, image in enumerate(images)
        ]
        check_group_size(len(encoded))
        return self._finish_all(self.find(encoded))

    def find(
        self,
        encoded: Sequence[Encoded],
        anchor: Encoded | None = None,
        references: Sequence[np.ndarray | None] | None = None,
        rounds: int = ROUNDS,
    ) -> list[Find]:
        """What `predict_group` finds, at the network's size: for very large groups.

        With `finish`, one at a time, the memory for a picture does not depend on how
        many pixels it has.

        Args:
            encoded: two or more pictures, from `encode`; with an anchor one will do.
            anchor: a picture by whose object all of them are cut out, or None: each is
                compared with all others.
            references: for each picture (with an anchor for that alone: a list of one)
                a mask (height, width) of its object, or None.
            rounds: how often each picture is compared with its partners, from the
                second time on with the object that was found in them.
        """
        before_computing()
        square = (self.working_size, self.working_size)
        if anchor is None:
            given = self.min_score, references, rounds
            return find_in_group(self.runtime, encoded, square, *given)
        given = self.min_score, references and references[0], rounds
        return find_by_anchor(self.runtime, encoded, anchor, square, *given)

    def finish(self, find: Find) -> tuple[np.ndarray, np.ndarray]:
        """The mask and the soft mask of one picture at its own (height, width)."""
        return find.finish(self.threshold)

    def explain(self, image_a: Any, image_b: Any) -> Explanation:
        """Where the two pictures resemble each other, for each level of the pyramid.

        TensorFlow computes that, also where LiteRT finds the masks. Exported models do
        not hold the levels.

        Example:

        >>> explanation = Predictor(working_size=65).explain("a.jpg", "b.jpg")
        >>> {size: level.shape for size, level in explanation.levels_a.items()}
        {11: (360, 480), 15: (360, 480), 19: (360, 480)}
        """
        encoded_a = self._encode_named("image_a", image_a)
        encoded_b = self._encode_named("image_b", image_b)
        before_computing()
        return Explanation(
            self._levels(encoded_a, encoded_b), self._levels(encoded_b, encoded_a)
        )

    def encode(self, image: Any) -> Encoded:
        """Runs the encoder, once and for all partners that `image` may meet.

        Example:

        >>> predictor = Predictor(min_score=0.5)
        >>> anchor, *others = map(predictor.encode, ["a.jpg", "b.jpg", "c.jpg"])
        >>> [find.found for find in predictor.find(others, anchor)]
        [True, False]
        """
        if isinstance(image, Encoded):
            return image
        picture = read_image(image)
        before_computing()
        square = (self.working_size, self.working_size)
        tensors = self.runtime.encode(resize_image(picture, square))
        return Encoded(tensors, picture.shape[:2])

    def _encode_named(self, name, image):
        """Encodes; an error says which of the pictures it is about."""
        try:
            return self.encode(image)
        except (TypeError, ValueError) as error:
            raise type(error)(f"`{name}`: {error}") from error

    def _finish_all(self, finds):
        finished = [self.finish(find) for find in finds]
        return GroupResult(
            [mask for mask, _ in finished],
            [soft_mask for _, soft_mask in finished],
            [find.score for find in finds],
            [find.found_in(mask) for find, (mask, _) in zip(finds, finished)],
        )

    @functools.cached_property
    def _explaining(self):
        """What knows the levels of the pyramid: LiteRT's files hold their sum alone."""
        model, _, threads = self._source
        if isinstance(model, str) and embedded_weights_path(model):
            return load_runtime(model, "tensorflow", threads)
        return self.runtime

    def _levels(self, encoded, partner):
        levels = self._explaining.levels(encoded.tensors, partner.tensors)
        return {
            size: resize_soft_mask(level, encoded.size)
            for size, level in levels.items()
        }
