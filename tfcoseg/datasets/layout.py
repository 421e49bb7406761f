"""A benchmark as a folder of pictures and masks, for all that reads folders."""

import contextlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds

from tfcoseg.datasets.lists import changed_lists
from tfcoseg.pictures import write_png
from tfcoseg.signature import VOID

# The value of void in the masks that `as_folder` writes: grey, between the black of the
# background and the white of the object. `read_folder(folder, void_value=FOLDER_VOID)`
# reads every such folder, also those without void.
FOLDER_VOID = 128

# Written last, so that a folder with it is a complete one.
_ABOUT = "dataset.json"


def as_folder(
    name: str,
    folder: str | os.PathLike,
    data_dir: str | os.PathLike | None = None,
    manual_dir: str | os.PathLike | None = None,
    progress: Callable[..., Iterable] | None = None,
    split: str | None = None,
) -> Path:
    """Lays a benchmark out as images/<group>/<name> and masks/<group>/<name>.png.

    Pictures are copied as they are stored, bit by bit. Masks are 8-bit PNG: 0
    background, 255 object, `FOLDER_VOID` what counts nowhere. The folder appears in
    full or not at all; one that is there and complete is used again.

    Args:
        name: of a builder, "icoseg" or "icoseg/subset8".
        folder: where to; must not exist, be empty, or hold the same benchmark.
        data_dir: where TensorFlow Datasets keeps what it prepares; None for its own
            choice.
        manual_dir: where the files lie that were downloaded by hand, needed if the set
            is not prepared yet; None for its own choice, <data_dir>/downloads/manual.
        progress: wraps the work to show how far it is, called like `tqdm.tqdm` with an
            iterable, `desc` and `unit`.
        split: of the benchmark; None for "test", or "validation" where there is none.

    Returns:
        The folder.

    Raises:
        FileNotFoundError: if the set is neither prepared nor in `manual_dir`.
        FileExistsError: if the folder holds something else, or a list of pictures in
            the `manual_dir` it came from is not as it was.
        ValueError: if the set was prepared from another `manual_dir`, or has no such
            split.

    Example:

    ```python
    as_folder("icoseg/subset8", "prepared/icoseg", manual_dir="downloads")
    ```
    """
    builder = tfds.builder(name, data_dir=data_dir)
    folder = Path(folder)
    if not _is_free(folder):
        _check_same(folder, builder, split, manual_dir)
        return folder
    config = tfds.download.DownloadConfig(manual_dir=manual_dir)
    # TFDS tells on the standard output what it does, where others expect results.
    with contextlib.redirect_stdout(sys.stderr):
        builder.download_and_prepare(download_config=config)
    split = _choose_split(list(builder.info.splits), split)
    folder.parent.mkdir(parents=True, exist_ok=True)
    room = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        (room / folder.name).mkdir()
        _write(builder, split, room / folder.name, progress)
        _put(room / folder.name, folder, builder, split, manual_dir)
    finally:
        shutil.rmtree(room)
    return folder


def _is_free(folder):
    return not folder.exists() or folder.is_dir() and not any(folder.iterdir())


def _put(complete, folder, *asked):
    """Renames, unless another run was faster: then there is nothing left to do."""
    try:
        os.rename(complete, folder)
    except OSError:
        if _is_free(folder):
            raise
        _check_same(folder, *asked)


def _check_same(folder, builder, split, manual_dir):
    """Raises unless the folder was laid out from what is asked for, as it is now."""
    about = folder / _ABOUT
    found = json.loads(about.read_text("utf-8")) if about.is_file() else {}
    wanted = {"name": builder.info.full_name}
    if split is None and "splits" in found:
        split = _choose_split(found["splits"], None)
    if split is not None:
        wanted["split"] = split
    if manual_dir is not None:
        wanted["manual_dir"] = str(Path(manual_dir).resolve())
    if different := [key for key in wanted if found.get(key) != wanted[key]]:
        what = ", ".join(f"{key} {wanted[key]}" for key in different)
        there = ", ".join(f"{key} {found[key]}" for key in different if key in found)
        raise FileExistsError(
            f"{folder} holds something else already; choose another folder, or delete "
            f"it. Expected {what}, found {there or 'files of unknown origin'}"
        )
    if changed := changed_lists(builder.LISTS, found):
        raise FileExistsError(
            f"{folder} was laid out before a list of pictures was changed; choose "
            "another folder, or delete it. Expected pictures by "
            f"{' and '.join(changed)} as {found['manual_dir']} has it now, found those "
            "by another"
        )


def _choose_split(splits, split):
    if split is None:
        split = next(s for s in ("test", "validation", *splits) if s in splits)
    if split not in splits:
        raise ValueError(f"`split` must be among {splits}. Received: {split!r}")
    return split


def _write(builder, split, folder, progress):
    progress = progress or (lambda iterable, **_: iterable)
    skip = {"image": tfds.decode.SkipDecoding(), "mask": tfds.decode.SkipDecoding()}
    examples = builder.as_dataset(split=split, decoders=skip)
    for example in progress(tfds.as_numpy(examples), desc="writing", unit="picture"):
        group, name = example["group"].decode(), example["name"].decode()
        for part in ("images", "masks"):
            (folder / part / group).mkdir(parents=True, exist_ok=True)
        suffix = ".jpg" if example["image"].startswith(b"\xff\xd8") else ".png"
        image = folder / "images" / group / f"{name}{suffix}"
        image.write_bytes(example["image"])
        mask = tf.io.decode_png(example["mask"]).numpy()[..., 0]
        write_png(folder / "masks" / group / f"{name}.png", _grey(mask))
    about = {
        "name": builder.info.full_name,
        "split": split,
        "splits": list(builder.info.splits),
        "void_value": FOLDER_VOID,
        **builder.info.metadata,
    }
    text = json.dumps(about, indent=1, ensure_ascii=False) + "\n"
    (folder / _ABOUT).write_text(text, encoding="utf-8")


def _grey(mask):
    grey = np.where(mask == 1, 255, 0).astype(np.uint8)
    grey[mask == VOID] = FOLDER_VOID
    return grey
