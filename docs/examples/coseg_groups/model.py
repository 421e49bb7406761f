"""The exported model, asked for the masks of a group."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from coseg_groups.manifest import BadRecord
from PIL import Image

from tfcoseg import signature as names
from tfcoseg.inference.threads import limit_tensorflow


@dataclass(frozen=True)
class Answer:
    """What the network says of a group; a row for each picture.

    Attributes:
        masks: PNG files, 8-bit grey: probability x 255 at the picture's own size.
            Zeros where it shows something else than the others.
        scores: the probability that it shows the kind of object that the others show,
            0..1.
    """

    masks: list[bytes]
    scores: list[float]


def newest_version(folder: str) -> str:
    """The folder of a SavedModel: the one given, or the highest version in it.

    Args:
        folder: what `tfcoseg export savedmodel` wrote to, or one version in it, on a
            disk or anywhere that TensorFlow reads: gs://bucket/models/coseg.

    Raises:
        OSError: if there is none.
    """
    from tensorflow.io import gfile

    if gfile.exists(gfile.join(folder, "saved_model.pb")):
        return folder
    inside = gfile.listdir(folder) if gfile.isdir(folder) else []
    versions = [name.rstrip("/") for name in inside if name.rstrip("/").isdecimal()]
    if not versions:
        raise FileNotFoundError(
            "Expected a model that `tfcoseg export savedmodel DIR` has written. "
            f"Received: {folder}"
        )
    return gfile.join(folder, max(versions, key=int))


def digest(version: str) -> str:
    """The SHA-256 of the files of a SavedModel: another model gives other results."""
    from tensorflow.io import gfile

    sha256 = hashlib.sha256()
    for folder, _, files in sorted(gfile.walk(version)):
        for name in sorted(files):
            with gfile.GFile(gfile.join(folder, name), "rb") as file:
                sha256.update(file.read())
    return sha256.hexdigest()


def made_with(version: str, threshold: float) -> dict[str, Any]:
    """All that results depend on besides their pictures."""
    return {"model": digest(version), "threshold": threshold}


def load(version: str, threads: int | None = None) -> Any:
    """Loads a SavedModel, which takes some seconds: once for each process.

    Raises:
        ValueError: if it does not take groups.
    """
    import tensorflow as tf

    limit_tensorflow(threads)
    model = tf.saved_model.load(version)
    if names.SERVE_GROUP_BYTES not in model.signatures:
        raise ValueError(
            f"Expected a model with the signature {names.SERVE_GROUP_BYTES}; write it "
            f"again with `tfcoseg export savedmodel`. Received: {version} with "
            f"{sorted(model.signatures)}"
        )
    return model


def ask(model: Any, contents: Sequence[bytes]) -> Answer:
    """The masks of a group.

    Args:
        model: from `load`.
        contents: the picture files, 2 to 32.

    Raises:
        BadRecord: if a picture is damaged or too large.
    """
    import tensorflow as tf

    run = model.signatures[names.SERVE_GROUP_BYTES]
    try:
        outputs = run(**{names.IMAGES: tf.constant(list(contents), tf.string)})
    # That the pictures are to blame; running out of memory, for one, is another error.
    except tf.errors.InvalidArgumentError as error:
        raise BadRecord(_reason(error, contents)) from error
    return Answer(
        list(outputs[names.MASKS_BYTES].numpy()),
        outputs[names.SCORES].numpy().tolist(),
    )


def _reason(error, contents):
    """The graph does not say which picture it could not decode; Pillow does."""
    found = []
    for number, content in enumerate(contents):
        try:
            with Image.open(io.BytesIO(content)) as image:
                image.load()
        except Exception as damage:  # Pillow raises what the bytes provoke
            found.append(f"pictures[{number}]: {damage}")
    return "; ".join(found) or error.message.partition("\n")[0]
