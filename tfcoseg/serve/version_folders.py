"""The versions of an exported model, as folders: DIR/1, DIR/2, ..."""

import os
from pathlib import Path

MODEL_FILE = "saved_model.pb"


def version_folders(folder: str | os.PathLike) -> dict[int, Path]:
    """The complete versions of a folder, by number.

    Only folders named by a number count, as with TensorFlow Serving: what is hidden or
    temporary has another name.
    """
    if not os.path.isdir(folder):
        return {}
    return {
        int(path.name): path
        for path in sorted(Path(folder).iterdir())
        if path.name.isascii() and path.name.isdigit() and (path / MODEL_FILE).is_file()
    }


def check_folder(folder: str | os.PathLike) -> None:
    """Raises the error for a folder without versions."""
    folder = Path(folder)
    if version_folders(folder):
        return
    if (folder / MODEL_FILE).is_file():
        raise ValueError(
            "Expected the folder that holds a model's versions; pass the one above, "
            f"{folder.parent}. Received: the version {folder}"
        )
    what = "no folder" if not folder.is_dir() else "a folder without versions"
    raise ValueError(
        "Expected a folder with versions of a model, as `tfcoseg export savedmodel` "
        f"writes it: DIR/1/{MODEL_FILE}. Received: {folder}, {what}"
    )


def stamp_of(folder: str | os.PathLike) -> tuple:
    """Something that changes when the folder's files do."""
    entries = []
    for root, _, files in os.walk(folder):
        for name in files:
            status = os.stat(os.path.join(root, name))
            entries.append((root, name, status.st_size, status.st_mtime_ns))
    return tuple(sorted(entries))
