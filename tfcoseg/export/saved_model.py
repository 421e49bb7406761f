"""SavedModels, as TensorFlow Serving loads them."""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

import tfcoseg
from tfcoseg.cards import CARD_FILE, EXTRA_FOLDER
from tfcoseg.export.models import check_exportable
from tfcoseg.export.rebuild import with_encoder_traced_once, with_implementation
from tfcoseg.export.serve_bytes import serve_bytes_of
from tfcoseg.export.serve_group import serve_group_of
from tfcoseg.export.signatures import Signature, signatures_of
from tfcoseg.export.warmup import replay, write_warmup_records
from tfcoseg.ops.implementations import forward_alone
from tfcoseg.signature import (
    MAX_SERVED_PIXELS,
    SERVE_BYTES,
    SERVE_GROUP_BYTES,
    WORKING_SIZE,
)

BATCHING = ("none", "in-graph")

SIGNATURES_FILE = "signatures.json"

_HIDDEN = ".new-"


def export_saved_model(
    model: keras.Model,
    folder: str | os.PathLike,
    batching: str = "none",
    working_size: int = WORKING_SIZE,
    max_pixels: int = MAX_SERVED_PIXELS,
    card: Mapping[str, Any] | None = None,
) -> Path:
    """Writes the next version of a model: `folder`/1, `folder`/2, ...

    The version appears under its name when it is complete and its warm-up records have
    been replayed. It runs on servers with and without a GPU, whatever exports it.

    Args:
        model: a model of `tfcoseg.applications`.
        folder: the model's folder, which holds its versions; made if need be.
        batching: `"in-graph"` puts concurrent calls of `serve_bytes` together.
        working_size: side in pixels of the square at which `serve_bytes` and
            `serve_group_bytes` run.
        max_pixels: these two refuse pictures whose header announces more, `decode`
            sizes that have more.
        card: what is known of the weights, written beside the model as it is.

    Returns:
        The folder of the version. Beside the SavedModel it holds, in `assets.extra`,
        the warm-up records, the card, and the signatures in JSON.

    Raises:
        ValueError: for an unknown batching; a model of another kind, or of one size of
            pictures alone; or one that gives no finite numbers.
        OSError: if the folder cannot be written to.

    Example:

    ```python
    version = export_saved_model(CoSegMobileNetV2(), "models/coseg")
    print(version)  # models/coseg/1
    ```
    """
    if batching not in BATCHING:
        raise ValueError(
            f"`batching` must be one of {list(BATCHING)}. Received: {batching!r}"
        )
    check_exportable(model)
    model = with_encoder_traced_once(with_implementation(model, "fft"))
    signatures = signatures_of(model, max_pixels=max_pixels)
    signatures[SERVE_BYTES] = serve_bytes_of(
        model, working_size, max_pixels, batching == "in-graph"
    )
    signatures[SERVE_GROUP_BYTES] = serve_group_of(model, working_size, max_pixels)
    about = {
        "tfcoseg": tfcoseg.__version__,
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "working_size": working_size,
        "max_pixels": max_pixels,
        "batching": batching,
    }
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    # Hidden and without a number, so that no server takes it for a version.
    hidden = Path(tempfile.mkdtemp(prefix=_HIDDEN, dir=folder))
    try:
        new = hidden / "version"
        _write(signatures, new)
        extra = new / EXTRA_FOLDER
        extra.mkdir()
        _write_json(extra / CARD_FILE, dict(card or {"name": model.name}))
        loaded = tf.saved_model.load(new)
        _write_json(extra / SIGNATURES_FILE, {**about, **_described(loaded)})
        write_warmup_records(
            extra, loaded, working_size, max_pixels, batching == "in-graph"
        )
        replay(extra, loaded)
        return _publish(new, folder)
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Takes away what exports that were killed have left, a day ago or longer."""
    for leftover in folder.glob(f"{_HIDDEN}*"):
        if time.time() - leftover.stat().st_mtime > 24 * 3600:
            shutil.rmtree(leftover, ignore_errors=True)


def _write(signatures: Mapping[str, Signature], path: Path) -> None:
    # Without `archive.track(model)`, which would write every variable twice: as Keras'
    # own and as TensorFlow's. What the endpoints use is tracked anyway.
    archive = keras.export.ExportArchive()
    # Gradients in the file would be kept by every process that loads it; see
    # `forward_alone`.
    options = tf.saved_model.SaveOptions(experimental_custom_gradients=False)
    with forward_alone():
        for name, signature in signatures.items():
            archive.add_endpoint(
                name, signature.function, input_signature=[signature.inputs]
            )
        archive.write_out(path, options, verbose=False)


def _write_json(path, content):
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _described(loaded) -> dict[str, Any]:
    """Names, types and shapes of all signatures, as the SavedModel has them."""

    def tensors(specs):
        return {
            name: {"dtype": spec.dtype.name, "shape": spec.shape.as_list()}
            for name, spec in sorted(specs.items())
        }

    return {
        "signatures": {
            name: {
                "inputs": tensors(function.structured_input_signature[1]),
                "outputs": tensors(function.structured_outputs),
            }
            for name, function in sorted(loaded.signatures.items())
        }
    }


def _publish(new: Path, folder: Path) -> Path:
    """Gives a finished version the next free number; another export may take it too."""
    while True:
        taken = [int(p.name) for p in folder.iterdir() if p.name.isdecimal()]
        version = folder / str(max(taken, default=0) + 1)
        try:
            new.rename(version)
        except OSError:
            if not version.exists():
                raise
        else:
            return version
